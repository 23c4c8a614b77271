// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import org.apache.james.mailbox.jpa.mail.JPAModSeqProvider;
import org.apache.james.mailbox.jpa.mail.JPAUidProvider;
import org.apache.james.mailbox.jpa.quota.JpaCurrentQuotaManager;

/** Binds what James' JPA mailboxes count with, so that several nodes can write to one: they lock within one process alone. */
public final class SharedMailboxModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(MailboxCounters.class).in(Scopes.SINGLETON);
        bind(SharedUidProvider.class).in(Scopes.SINGLETON);
        bind(JPAUidProvider.class).to(SharedUidProvider.class);
        bind(SharedModSeqProvider.class).in(Scopes.SINGLETON);
        bind(JPAModSeqProvider.class).to(SharedModSeqProvider.class);
        bind(SharedCurrentQuotas.class).in(Scopes.SINGLETON);
        bind(JpaCurrentQuotaManager.class).to(SharedCurrentQuotas.class);
    }
}
