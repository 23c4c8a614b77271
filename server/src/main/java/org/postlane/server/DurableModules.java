// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import org.apache.james.CoreDataModule;
import org.apache.james.NaiveDelegationStoreModule;
import org.apache.james.modules.MailboxModule;
import org.apache.james.modules.mailbox.DefaultEventModule;
import org.apache.james.modules.mailbox.MemoryDeadLetterModule;
import org.apache.james.modules.protocols.IMAPServerModule;
import org.apache.james.modules.protocols.LMTPServerModule;
import org.apache.james.modules.protocols.ManageSieveServerModule;
import org.apache.james.modules.protocols.POP3ServerModule;
import org.apache.james.modules.protocols.ProtocolHandlerModule;
import org.apache.james.modules.protocols.SMTPServerModule;
import org.apache.james.modules.server.DKIMMailetModule;
import org.apache.james.modules.server.DataRoutesModules;
import org.apache.james.modules.server.InconsistencyQuotasSolvingRoutesModule;
import org.apache.james.modules.server.MailQueueRoutesModule;
import org.apache.james.modules.server.MailRepositoriesRoutesModule;
import org.apache.james.modules.server.MailboxRoutesModule;
import org.apache.james.modules.server.MailetContainerModule;
import org.apache.james.modules.server.NoJwtModule;
import org.apache.james.modules.server.RawPostDequeueDecoratorModule;
import org.apache.james.modules.server.SieveRoutesModule;
import org.apache.james.modules.server.TaskManagerModule;
import org.apache.james.modules.server.WebAdminServerModule;
import org.postlane.guice.durable.Database;
import org.postlane.guice.durable.JpaDomainsModule;
import org.postlane.guice.durable.JpaEntityManagerModule;
import org.postlane.guice.durable.JpaMailRepositoryModule;
import org.postlane.guice.durable.JpaMailboxModule;
import org.postlane.guice.durable.JpaQuotaModule;
import org.postlane.guice.durable.JpaRewriteTableModule;
import org.postlane.guice.durable.JpaSieveModule;
import org.postlane.guice.durable.ScanningSearchModule;

/**
 * What a James is put together from that keeps what it is given. What James has no lasting implementation of is left out, so that
 * whoever configures it is told at the start; docs/durable.md lists what remains in memory and why it may.
 */
final class DurableModules {
    private static final Module PROTOCOLS = Modules.combine(
        new ProtocolHandlerModule(),
        new SMTPServerModule(),
        new LMTPServerModule(),
        new POP3ServerModule(),
        new IMAPServerModule(),
        new ManageSieveServerModule());

    private static final Module WEBADMIN = Modules.combine(
        new WebAdminServerModule(),
        new NoJwtModule(),
        new DataRoutesModules(),
        new MailboxRoutesModule(),
        new InconsistencyQuotasSolvingRoutesModule(),
        new MailQueueRoutesModule(),
        new MailRepositoriesRoutesModule(),
        new SieveRoutesModule());

    private static final Module MAIL_PROCESSING = Modules.combine(
        new MailetContainerModule(),
        binder -> binder.bind(MailetContainerModule.DefaultProcessorsConfigurationSupplier.class).toInstance(() -> {
            throw new IllegalStateException("mailetcontainer.xml: <processors> is missing");
        }),
        new RawPostDequeueDecoratorModule(),
        new DKIMMailetModule());

    /** Orders of webadmin that are under way, and events of mailboxes that no listener could take. */
    private static final Module IN_MEMORY = Modules.combine(
        new TaskManagerModule(),
        new DefaultEventModule(),
        new MemoryDeadLetterModule());

    private DurableModules() {
    }

    /** With the queues that are installed here; of the rest each store may replace what it has in another way. */
    static Module of(Database database, Module queues) {
        return Modules.combine(
            PROTOCOLS,
            WEBADMIN,
            MAIL_PROCESSING,
            IN_MEMORY,
            new CoreDataModule(),
            new MailboxModule(),
            new NaiveDelegationStoreModule(),
            queues,
            new JpaEntityManagerModule(database),
            new JpaDomainsModule(),
            new JpaRewriteTableModule(),
            new JpaSieveModule(),
            new JpaMailRepositoryModule(),
            new JpaMailboxModule(),
            new JpaQuotaModule(),
            new ScanningSearchModule());
    }
}
