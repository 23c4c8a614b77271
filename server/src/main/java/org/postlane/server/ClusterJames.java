// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.nio.file.Path;
import java.time.Duration;

import com.google.inject.Module;
import org.apache.james.GuiceJamesServer;
import org.apache.james.data.UsersRepositoryModuleChooser;
import org.apache.james.data.UsersRepositoryModuleChooser.Implementation;
import org.apache.james.server.core.configuration.Configuration;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.postlane.guice.cluster.CassandraSessionModule;
import org.postlane.guice.cluster.CassandraSettings;
import org.postlane.guice.cluster.ClusterError;
import org.postlane.guice.cluster.RabbitMqConnectionModule;
import org.postlane.guice.cluster.RabbitMqSettings;
import org.postlane.guice.cluster.SharedSchema;
import org.postlane.guice.durable.Database;
import org.postlane.guice.durable.DatabaseSettings;
import org.postlane.guice.durable.JpaMailRepositoryModule;
import org.postlane.guice.durable.JpaUsersModule;
import org.postlane.guice.durable.Patience;
import org.postlane.guice.durable.StartLock;
import org.postlane.guice.durable.StoreError;

/**
 * One James of several that share what they are given: users, mailboxes and repositories in PostgreSQL, mail on its way in
 * RabbitMQ and Cassandra. It runs from a {@link Home}, without JMX and without JMAP.
 */
public final class ClusterJames implements RunningJames {
    /** Seconds that a start waits for each of the servers that it needs; a whole number. */
    public static final String PATIENCE = "postlane.cluster.patience";

    /** Of the time to stop: Cassandra's driver and the database let go of what they have open. */
    private static final Duration FOR_THE_STORE = Duration.ofSeconds(2);

    private final GuiceJamesServer server;
    private final Database database;
    private final RabbitMqConnectionModule rabbit;
    private final CassandraSessionModule cassandra;

    private ClusterJames(GuiceJamesServer server, Database database, RabbitMqConnectionModule rabbit,
            CassandraSessionModule cassandra) {
        this.server = server;
        this.database = database;
        this.rabbit = rabbit;
        this.cassandra = cassandra;
    }

    /**
     * Starts the server; it accepts mail when this returns. Waits for PostgreSQL, RabbitMQ and Cassandra, and for its turn among
     * the nodes. Sets system properties, which is how James takes some settings: one server a JVM.
     *
     * @param overrides replace bindings of James; none in production
     * @throws StartError with the reason
     */
    public static ClusterJames start(Home home, Module... overrides) {
        JamesStart.prepare(JpaMailRepositoryModule.PROTOCOL);
        ClusterEnvironment.read(System.getenv());
        Path var = DurableJames.writableVar(home);
        DurableJames.refuseJmap(home);
        Duration limit = patience();
        try {
            // All that a look at conf/ can tell comes before the first that must be waited for.
            DatabaseSettings settings = DatabaseSettings.read(home.conf(), home.root()).requireServer();
            RabbitMqSettings rabbit = RabbitMqSettings.read(home.conf());
            CassandraSettings cassandra = CassandraSettings.read(home.conf());
            rabbit.awaitBroker(new Patience(limit));
            cassandra.awaitCassandra(new Patience(limit));
            try (StartLock unused = StartLock.take(settings, limit)) {
                return start(home, open(settings, var), rabbit, cassandra, overrides);
            }
        } catch (StoreError | ClusterError e) {
            throw new StartError(e.getMessage(), e);
        }
    }

    private static Database open(DatabaseSettings settings, Path var) {
        Database database = Database.open(settings, var.resolve("derby.log"));
        try {
            SharedSchema.complete(database);
            return database;
        } catch (ClusterError e) {
            database.close();
            throw e;
        }
    }

    private static ClusterJames start(Home home, Database database, RabbitMqSettings broker, CassandraSettings nodes,
            Module... overrides) {
        RabbitMqConnectionModule rabbit = new RabbitMqConnectionModule(broker);
        CassandraSessionModule cassandra = new CassandraSessionModule(nodes);
        try {
            Configuration configuration = Configuration.builder().workingDirectory(home.root().toFile()).build();
            FileSystemImpl files = new FileSystemImpl(configuration.directories());
            GuiceJamesServer server = GuiceJamesServer.forConfiguration(configuration)
                .combineWith(ClusterModules.of(database, broker, rabbit, cassandra))
                .combineWith(new UsersRepositoryModuleChooser(new JpaUsersModule())
                    .chooseModules(Implementation.parse(new FileConfigurationProvider(files, configuration))));
            return new ClusterJames(JamesStart.start(server, overrides), database, rabbit, cassandra);
        } catch (Exception | LinkageError e) {
            throw StartError.because("James did not start", e).closing(() -> close(rabbit, Duration.ZERO, cassandra, database));
        }
    }

    private static Duration patience() {
        String value = System.getProperty(PATIENCE);
        try {
            return value == null ? Patience.DEFAULT : Duration.ofSeconds(Integer.parseUnsignedInt(value));
        } catch (NumberFormatException e) {
            throw new StartError(PATIENCE + "=" + value + ": expected a whole number of seconds", e);
        }
    }

    /**
     * What is in hand is settled by then, and what is not comes again; the mailboxes come last, for what is settled may be for
     * them.
     */
    private static void close(RabbitMqConnectionModule rabbit, Duration atMost, CassandraSessionModule cassandra,
            Database database) {
        try {
            rabbit.close(atMost);
        } finally {
            try {
                cassandra.close();
            } finally {
                database.close();
            }
        }
    }

    @Override
    public GuiceJamesServer server() {
        return server;
    }

    @Override
    public void stop() {
        long begun = System.nanoTime();
        try {
            JamesStart.stop(server);
        } finally {
            close(rabbit, CleanStop.limit().minus(FOR_THE_STORE).minusNanos(System.nanoTime() - begun), cassandra, database);
        }
    }
}
