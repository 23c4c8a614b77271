// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.james;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.persistence.EntityManagerFactory;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import org.apache.james.events.EventBus;
import org.apache.james.mailbox.MailboxManager;
import org.apache.james.mailbox.SessionProvider;
import org.apache.james.mailbox.jpa.JPAId;
import org.apache.james.mailbox.jpa.JPAMailboxSessionMapperFactory;
import org.apache.james.mailbox.jpa.mail.JPAModSeqProvider;
import org.apache.james.mailbox.jpa.mail.JPAUidProvider;
import org.apache.james.mailbox.jpa.mail.model.JPAMailbox;
import org.apache.james.mailbox.jpa.mail.model.JPAMailboxAnnotation;
import org.apache.james.mailbox.jpa.mail.model.JPAProperty;
import org.apache.james.mailbox.jpa.mail.model.JPAUserFlag;
import org.apache.james.mailbox.jpa.mail.model.openjpa.AbstractJPAMailboxMessage;
import org.apache.james.mailbox.jpa.mail.model.openjpa.JPAMailboxMessage;
import org.apache.james.mailbox.jpa.openjpa.OpenJPAMailboxManager;
import org.apache.james.mailbox.jpa.quota.JPAPerUserMaxQuotaManager;
import org.apache.james.mailbox.jpa.quota.JpaCurrentQuotaManager;
import org.apache.james.mailbox.jpa.quota.model.JpaCurrentQuota;
import org.apache.james.mailbox.jpa.quota.model.MaxDomainMessageCount;
import org.apache.james.mailbox.jpa.quota.model.MaxDomainStorage;
import org.apache.james.mailbox.jpa.quota.model.MaxGlobalMessageCount;
import org.apache.james.mailbox.jpa.quota.model.MaxGlobalStorage;
import org.apache.james.mailbox.jpa.quota.model.MaxUserMessageCount;
import org.apache.james.mailbox.jpa.quota.model.MaxUserStorage;
import org.apache.james.mailbox.jpa.user.model.JPASubscription;
import org.apache.james.mailbox.model.MailboxId;
import org.apache.james.mailbox.model.MessageId;
import org.apache.james.mailbox.quota.CurrentQuotaManager;
import org.apache.james.mailbox.quota.MaxQuotaManager;
import org.apache.james.mailbox.store.MailboxSessionMapperFactory;
import org.apache.james.mailbox.store.StoreMailboxAnnotationManager;
import org.apache.james.mailbox.store.StoreMailboxManager;
import org.apache.james.mailbox.store.StoreRightManager;
import org.apache.james.mailbox.store.mail.MailboxMapperFactory;
import org.apache.james.mailbox.store.mail.MessageMapperFactory;
import org.apache.james.mailbox.store.mail.ModSeqProvider;
import org.apache.james.mailbox.store.mail.NaiveThreadIdGuessingAlgorithm;
import org.apache.james.mailbox.store.mail.ThreadIdGuessingAlgorithm;
import org.apache.james.mailbox.store.mail.UidProvider;
import org.apache.james.mailbox.store.mail.model.DefaultMessageId;
import org.apache.james.mailbox.store.mail.model.impl.MessageParser;
import org.apache.james.mailbox.store.quota.QuotaComponents;
import org.apache.james.mailbox.store.search.MessageSearchIndex;
import org.apache.james.mailbox.store.user.SubscriptionMapperFactory;
import org.apache.openjpa.lib.jdbc.AbstractJDBCListener;
import org.apache.openjpa.lib.jdbc.JDBCEvent;
import org.apache.openjpa.persistence.OpenJPAPersistence;

/**
 * James' JPA mailboxes and quotas in a Derby database in a directory, in the place of those in memory. There is no whole JPA app
 * of 3.8.1 on Maven Central; users and domains stay in memory. Closing it shuts the database down, so that the next one reads
 * files alone.
 *
 * <p>Whoever uses it has James, its JPA mailboxes and Derby among the dependencies; this module passes none of them on.
 */
public final class LastingMailboxes extends AbstractModule implements AutoCloseable {
    private static final List<Class<?>> TYPES = List.of(JPAMailbox.class, AbstractJPAMailboxMessage.class,
        JPAMailboxMessage.class, JPAProperty.class, JPAUserFlag.class, JPAMailboxAnnotation.class, JPASubscription.class,
        JpaCurrentQuota.class, MaxDomainMessageCount.class, MaxDomainStorage.class, MaxGlobalMessageCount.class,
        MaxGlobalStorage.class, MaxUserMessageCount.class, MaxUserStorage.class);

    private final Path database;
    private final EntityManagerFactory entities;

    /** Says that it can do what JMAP, which nobody here uses, asks of any mailboxes before the memory app starts. */
    private static final class Manager extends OpenJPAMailboxManager {
        @Inject
        private Manager(JPAMailboxSessionMapperFactory mappers, SessionProvider sessions, MessageParser parser,
                MessageId.Factory messageIds, EventBus events, StoreMailboxAnnotationManager annotations,
                StoreRightManager rights, QuotaComponents quotas, MessageSearchIndex index,
                ThreadIdGuessingAlgorithm threads, Clock clock) {
            super(mappers, sessions, parser, messageIds, events, annotations, rights, quotas, index, threads, clock);
        }

        @Override
        public EnumSet<MailboxCapabilities> getSupportedMailboxCapabilities() {
            return EnumSet.allOf(MailboxCapabilities.class);
        }

        @Override
        public EnumSet<MessageCapabilities> getSupportedMessageCapabilities() {
            return EnumSet.allOf(MessageCapabilities.class);
        }
    }

    /** Made by OpenJPA, one for each database. */
    public static final class Statements extends AbstractJDBCListener {
        private static final AtomicLong EXECUTED = new AtomicLong();

        @Override
        public void beforeExecuteStatement(JDBCEvent event) {
            EXECUTED.incrementAndGet();
        }
    }

    /** Makes the database in a directory, or opens the one that is there. */
    public LastingMailboxes(Path directory) {
        database = directory.resolve("mailboxes");
        System.setProperty("derby.stream.error.file", directory.resolve("derby.log").toString());
        entities = OpenJPAPersistence.getEntityManagerFactory(Map.of(
            "openjpa.ConnectionDriverName", "org.apache.derby.jdbc.EmbeddedDriver",
            "openjpa.ConnectionURL", "jdbc:derby:" + database + ";create=true",
            "openjpa.jdbc.SynchronizeMappings", "buildSchema(ForeignKeys=true)",
            "openjpa.jdbc.MappingDefaults", "ForeignKeyDeleteAction=cascade, JoinForeignKeyDeleteAction=cascade",
            "openjpa.jdbc.SchemaFactory", "native(ForeignKeys=true)",
            "openjpa.jdbc.QuerySQLCache", "false",
            "openjpa.Log", "slf4j",
            "openjpa.jdbc.JDBCListeners", Statements.class.getName(),
            "openjpa.MetaDataFactory", "jpa(Types=" + TYPES.stream().map(Class::getName).collect(Collectors.joining(";")) + ")"));
    }

    /** How many statements of SQL the mailboxes of this JVM have executed. */
    public static long statements() {
        return Statements.EXECUTED.get();
    }

    /** The URL of the database, for a test that breaks it. */
    public String url() {
        return "jdbc:derby:" + database;
    }

    @Override
    protected void configure() {
        bind(EntityManagerFactory.class).toInstance(entities);
        bind(JPAMailboxSessionMapperFactory.class).in(Scopes.SINGLETON);
        bind(Manager.class).in(Scopes.SINGLETON);
        bind(MailboxSessionMapperFactory.class).to(JPAMailboxSessionMapperFactory.class);
        bind(MailboxMapperFactory.class).to(JPAMailboxSessionMapperFactory.class);
        bind(MessageMapperFactory.class).to(JPAMailboxSessionMapperFactory.class);
        bind(SubscriptionMapperFactory.class).to(JPAMailboxSessionMapperFactory.class);
        bind(UidProvider.class).to(JPAUidProvider.class);
        bind(ModSeqProvider.class).to(JPAModSeqProvider.class);
        bind(MailboxId.Factory.class).to(JPAId.Factory.class);
        bind(MessageId.Factory.class).to(DefaultMessageId.Factory.class);
        bind(ThreadIdGuessingAlgorithm.class).to(NaiveThreadIdGuessingAlgorithm.class);
        // Those in memory count what is there by asking the mailboxes, on a thread that waits for another of the same few: with
        // as many mailboxes that get their first mail at a time as there are threads, nobody would ever get it.
        bind(JpaCurrentQuotaManager.class).in(Scopes.SINGLETON);
        bind(JPAPerUserMaxQuotaManager.class).in(Scopes.SINGLETON);
        bind(CurrentQuotaManager.class).to(JpaCurrentQuotaManager.class);
        bind(MaxQuotaManager.class).to(JPAPerUserMaxQuotaManager.class);
        bind(MailboxManager.class).to(Manager.class);
        bind(StoreMailboxManager.class).to(Manager.class);
    }

    /** OpenJPA shuts Derby down with the last of its connections. */
    @Override
    public void close() {
        entities.close();
        if (Files.exists(database.resolve("db.lck"))) {
            throw new IllegalStateException("Derby has not let go of " + database);
        }
    }
}
