// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import com.google.inject.Module;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.GuiceJamesServer;
import org.apache.james.data.UsersRepositoryModuleChooser;
import org.apache.james.data.UsersRepositoryModuleChooser.Implementation;
import org.apache.james.server.core.configuration.Configuration;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.apache.james.utils.PropertiesProvider;
import org.postlane.guice.durable.Database;
import org.postlane.guice.durable.DatabaseSettings;
import org.postlane.guice.durable.JpaMailRepositoryModule;
import org.postlane.guice.durable.JpaUsersModule;
import org.postlane.guice.durable.QueueDirectory;
import org.postlane.guice.durable.RocksDbMailQueueModule;
import org.postlane.guice.durable.StoreError;

/**
 * A James that runs from a {@link Home} and keeps what it is given: users, mailboxes and repositories in a database, mail on its
 * way in a queue on the disk. Without JMX and without JMAP, which James does not have on this store.
 */
public final class DurableJames implements RunningJames {
    private static final String QUEUE = "queue";
    /** Of the time to stop: Derby writes out what it holds. */
    private static final Duration FOR_THE_STORE = Duration.ofSeconds(2);

    private final GuiceJamesServer server;
    private final Database database;
    private final RocksDbMailQueueModule queues;

    private DurableJames(GuiceJamesServer server, Database database, RocksDbMailQueueModule queues) {
        this.server = server;
        this.database = database;
        this.queues = queues;
    }

    /**
     * Starts the server; it accepts mail when this returns. Sets system properties, which is how James takes some settings: one
     * server a JVM.
     *
     * @param overrides replace bindings of James; none in production
     * @throws StartError with the reason
     */
    public static DurableJames start(Home home, Module... overrides) {
        JamesStart.prepare(JpaMailRepositoryModule.PROTOCOL);
        Path var = writableVar(home);
        Configuration configuration = Configuration.builder().workingDirectory(home.root().toFile()).build();
        FileSystemImpl files = new FileSystemImpl(configuration.directories());
        refuseJmap(home);
        QueueDirectory directory = new QueueDirectory(var.resolve(QUEUE));
        Database database = open(home, var, directory);
        RocksDbMailQueueModule queues = new RocksDbMailQueueModule(var.resolve(QUEUE));
        try {
            GuiceJamesServer server = GuiceJamesServer.forConfiguration(configuration)
                .combineWith(DurableModules.of(database, queues))
                .combineWith(new UsersRepositoryModuleChooser(new JpaUsersModule())
                    .chooseModules(Implementation.parse(new FileConfigurationProvider(files, configuration))));
            DurableJames james = new DurableJames(JamesStart.start(server, overrides), database, queues);
            directory.isMade();
            return james;
        } catch (Exception | LinkageError e) {
            throw StartError.because("James did not start", e).closing(queues::close, database::close);
        }
    }

    /** The directory of what this node keeps for itself. */
    static Path writableVar(Home home) {
        Path var = home.root().resolve("var");
        try {
            // A link to a directory will do, which createDirectories before Java 20 takes for a file in the way.
            if (!Files.isDirectory(var)) {
                Files.createDirectories(var);
            }
            Files.delete(Files.createTempFile(var, ".start", ""));
            return var;
        } catch (IOException e) {
            throw new StartError(var + ": expected a directory that this user may write: " + e, e);
        }
    }

    /** James has JMAP on stores that this server does not have. */
    static void refuseJmap(Home home) {
        Configuration configuration = Configuration.builder().workingDirectory(home.root().toFile()).build();
        PropertiesProvider properties =
            new PropertiesProvider(new FileSystemImpl(configuration.directories()), configuration.configurationPath());
        try {
            if (properties.getConfiguration("jmap").getBoolean("enabled", false)) {
                throw new StartError(home.conf().resolve("jmap.properties")
                    + ", enabled=true: expected false, for James has no JMAP on this store; it has with --store memory");
            }
        } catch (FileNotFoundException e) {
            return;
        } catch (ConfigurationException e) {
            throw StartError.because(home.conf().resolve("jmap.properties") + " cannot be read", e);
        }
    }

    private static Database open(Home home, Path var, QueueDirectory queue) {
        try {
            return Database.open(DatabaseSettings.read(home.conf(), home.root()), var.resolve("derby.log"), queue);
        } catch (StoreError e) {
            throw new StartError(e.getMessage(), e);
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
            // Last, for what James stops may still write; and whatever happens before, so that Derby need not recover. What James
            // no longer waits for may yet end well, and would be done twice if the queue did not hear of it.
            queues.close(CleanStop.limit().minus(FOR_THE_STORE).minusNanos(System.nanoTime() - begun));
            database.close();
        }
    }
}
