// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import javax.persistence.EntityManager;

import com.google.inject.Guice;
import com.google.inject.Injector;
import org.apache.james.core.Username;
import org.apache.james.core.quota.QuotaCountUsage;
import org.apache.james.core.quota.QuotaSizeUsage;
import org.apache.james.mailbox.jpa.JPAId;
import org.apache.james.mailbox.jpa.mail.JPAModSeqProvider;
import org.apache.james.mailbox.jpa.mail.JPAUidProvider;
import org.apache.james.mailbox.jpa.mail.model.JPAMailbox;
import org.apache.james.mailbox.jpa.quota.JpaCurrentQuotaManager;
import org.apache.james.mailbox.model.CurrentQuotas;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.mailbox.model.QuotaOperation;
import org.apache.james.mailbox.model.QuotaRoot;
import org.apache.james.mailbox.model.UidValidity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.guice.cluster.SharedMailboxModule;
import org.postlane.guice.cluster.SharedSchema;
import org.postlane.guice.durable.Database;
import org.postlane.guice.durable.DatabaseSettings;
import org.postlane.guice.durable.JpaEntityManagerModule;
import org.postlane.guice.durable.StartLock;
import org.postlane.testing.docker.RequiresDocker;

/**
 * Two nodes that write to one mailbox, as far as they can get in each other's way: each with its own connections to PostgreSQL.
 */
@RequiresDocker
class SharedMailboxDockerTest {
    private static final int EACH = 200;
    private static final int THREADS = 4;

    private static PostgreSql postgreSql;
    private static final List<Database> NODES = new ArrayList<>();
    private static final List<Injector> INJECTORS = new ArrayList<>();

    @TempDir
    private static Path directory;

    @BeforeAll
    static void open() throws Exception {
        postgreSql = new PostgreSql();
        // At once, on a database without tables, as where everything is started at once.
        inParallel(2, node -> () -> {
            try (StartLock unused = StartLock.take(settings(), Duration.ofMinutes(1))) {
                Database database = Database.open(settings(), directory.resolve("derby.log"));
                SharedSchema.complete(database);
                synchronized (NODES) {
                    NODES.add(database);
                    INJECTORS.add(Guice.createInjector(new JpaEntityManagerModule(database), new SharedMailboxModule()));
                }
                return null;
            }
        });
    }

    private static DatabaseSettings settings() throws Exception {
        Path conf = Files.createTempDirectory(directory, "conf");
        Files.writeString(conf.resolve("james-database.properties"), "database.url=" + postgreSql.url() + "\ndatabase.username="
            + PostgreSql.USER + "\ndatabase.password=" + PostgreSql.PASSWORD + "\n");
        return DatabaseSettings.read(conf, directory);
    }

    @AfterAll
    static void close() {
        NODES.forEach(Database::close);
        if (postgreSql != null) {
            postgreSql.close();
        }
    }

    /** What several do at once, half of them on each node. */
    private static <T> List<T> inParallel(int threads, IntFunction<Callable<T>> task) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int number = 0; number < threads; number++) {
                tasks.add(task.apply(number));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    private static JPAId mailbox(Database node, String user) {
        EntityManager manager = node.entities().createEntityManager();
        try {
            manager.getTransaction().begin();
            JPAMailbox mailbox = new JPAMailbox(MailboxPath.inbox(Username.of(user)), UidValidity.of(1));
            manager.persist(mailbox);
            manager.getTransaction().commit();
            return mailbox.getMailboxId();
        } finally {
            manager.close();
        }
    }

    @Test
    void noTwoMessagesGetTheSameNumber() throws Exception {
        JPAId mailbox = mailbox(NODES.get(0), "numbers@home.test");

        List<Long> given = inParallel(THREADS, thread -> () -> {
            JPAUidProvider uids = INJECTORS.get(thread % 2).getInstance(JPAUidProvider.class);
            List<Long> numbers = new ArrayList<>();
            for (int message = 0; message < EACH; message++) {
                numbers.add(uids.nextUid(mailbox).asLong());
            }
            return numbers;
        }).stream().flatMap(List::stream).toList();

        assertThat(given).hasSize(THREADS * EACH).doesNotHaveDuplicates().contains(1L, (long) THREADS * EACH);
    }

    @Test
    void noTwoChangesGetTheSameNumber() throws Exception {
        JPAId mailbox = mailbox(NODES.get(0), "changes@home.test");

        List<Long> given = inParallel(THREADS, thread -> () -> {
            JPAModSeqProvider changes = INJECTORS.get(thread % 2).getInstance(JPAModSeqProvider.class);
            List<Long> numbers = new ArrayList<>();
            for (int change = 0; change < EACH; change++) {
                numbers.add(changes.nextModSeq(mailbox).asLong());
            }
            return numbers;
        }).stream().flatMap(List::stream).toList();

        assertThat(given).hasSize(THREADS * EACH).doesNotHaveDuplicates();
        assertThat(INJECTORS.get(1).getInstance(JPAModSeqProvider.class).highestModSeq(mailbox).asLong())
            .isEqualTo((long) THREADS * EACH);
    }

    @Test
    void whatBothAddToAQuotaCounts() throws Exception {
        QuotaRoot root = QuotaRoot.quotaRoot("#private&quota@home.test", Optional.empty());
        QuotaOperation mail = new QuotaOperation(root, QuotaCountUsage.count(1), QuotaSizeUsage.size(100));

        inParallel(THREADS, thread -> () -> {
            JpaCurrentQuotaManager quotas = INJECTORS.get(thread % 2).getInstance(JpaCurrentQuotaManager.class);
            for (int message = 0; message < EACH; message++) {
                quotas.increase(mail).block();
                quotas.increase(mail).block();
                quotas.decrease(mail).block();
            }
            return null;
        });

        assertThat(INJECTORS.get(0).getInstance(JpaCurrentQuotaManager.class).getCurrentQuotas(root).block())
            .isEqualTo(new CurrentQuotas(QuotaCountUsage.count(THREADS * EACH), QuotaSizeUsage.size(100L * THREADS * EACH)));
    }

    @Test
    void aUserHasOneMailboxOfAName() {
        mailbox(NODES.get(0), "twice@home.test");

        assertThatThrownBy(() -> mailbox(NODES.get(1), "twice@home.test")).rootCause()
            .hasMessageContaining("duplicate key value violates unique constraint \"postlane_one_mailbox\"");
    }
}
