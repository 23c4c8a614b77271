// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;

/** Binds what stands around each queued mail: one that James would reject is kept, and comes again. */
public final class KeptMailModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(KeptMailDecorators.class).in(Scopes.SINGLETON);
        bind(MailQueueItemDecoratorFactory.class).to(KeptMailDecorators.class);
    }
}
