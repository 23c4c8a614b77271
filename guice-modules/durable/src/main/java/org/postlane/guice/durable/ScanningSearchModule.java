// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import org.apache.james.mailbox.extractor.TextExtractor;
import org.apache.james.mailbox.store.extractor.JsoupTextExtractor;
import org.apache.james.mailbox.store.search.MessageSearchIndex;

/** Binds the search in mailboxes: it looks at the messages themselves, and so is right after any crash. */
public final class ScanningSearchModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(ScanningMessageSearch.class).in(Scopes.SINGLETON);
        bind(MessageSearchIndex.class).to(ScanningMessageSearch.class);
        bind(TextExtractor.class).to(JsoupTextExtractor.class);
    }
}
