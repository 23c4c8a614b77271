// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.persistence.EntityManagerFactory;
import javax.persistence.PersistenceException;
import javax.sql.DataSource;

import org.apache.commons.dbcp2.BasicDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of a James: open from {@link #open} to {@link #close}, with all its tables. It outlives the James on it, because
 * what James stops last may still write. Thread-safe.
 */
public final class Database implements AutoCloseable {
    /** Derby's answer to one who shuts a database down. */
    private static final String DERBY_IS_DOWN = "08006";
    /** In the directory of each of Derby's databases. */
    private static final String DERBY_MAKES_FIRST = "service.properties";
    /** Every James that has a database has its users' table there, in whatever schema. */
    private static final String USERS = "JAMES_USER";
    private static final String[] TABLES = {"TABLE"};
    private static final Logger LOGGER = LoggerFactory.getLogger(Database.class);

    /** What belongs to the database of a store, and lies elsewhere. */
    public interface Companion {
        /**
         * Called before anything is made that was not there.
         *
         * @param isThere whether the database holds a James already
         * @param database its URL, for people
         * @throws StoreError where the two do not fit
         */
        void require(boolean isThere, String database);
    }

    private final DatabaseSettings settings;
    private final BasicDataSource pool;
    private final EntityManagerFactory entities;

    private Database(DatabaseSettings settings, BasicDataSource pool, EntityManagerFactory entities) {
        this.settings = settings;
        this.pool = pool;
        this.entities = entities;
    }

    /**
     * Connects, makes the tables that are missing, and Derby's database where there is none.
     *
     * @param derbyLog the file that Derby writes its own log to, behind what is there; the first database of a JVM decides
     * @throws StoreError with the key and value at fault, when the database cannot be had or would forget what it was given
     */
    public static Database open(DatabaseSettings settings, Path derbyLog) {
        return open(settings, derbyLog, (isThere, database) -> { });
    }

    /**
     * As {@link #open(DatabaseSettings, Path)}, if whatever belongs to the database agrees.
     *
     * @throws StoreError as the companion does, too
     */
    public static Database open(DatabaseSettings settings, Path derbyLog, Companion companion) {
        settings.directory().ifPresent(directory -> {
            companion.require(Files.exists(directory.resolve(DERBY_MAKES_FIRST)), settings.shownUrl());
            prepareDerby(settings, directory, derbyLog);
        });
        BasicDataSource pool = ConnectionPool.make(settings);
        try {
            try (Connection connection = pool.getConnection()) {
                Durability.require(connection, settings);
                if (settings.directory().isEmpty()) {
                    companion.require(hasTables(connection), settings.shownUrl());
                }
            }
            return new Database(settings, pool, Entities.open(pool, settings));
        } catch (SQLException | RuntimeException e) {
            closePool(pool);
            shutDownDerby(settings);
            throw e instanceof StoreError ? (StoreError) e : settings.databaseError(e);
        }
    }

    private static boolean hasTables(Connection connection) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, null, "%", TABLES)) {
            while (tables.next()) {
                if (tables.getString("TABLE_NAME").equalsIgnoreCase(USERS)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void prepareDerby(DatabaseSettings settings, Path directory, Path log) {
        try {
            PrivateDirectory.makeIfMissing(directory.getParent());
        } catch (IOException e) {
            throw settings.databaseError(e);
        }
        if (System.getProperty("derby.stream.error.file") == null) {
            System.setProperty("derby.stream.error.file", log.toString());
            // What it said before a crash is worth most after it.
            System.setProperty("derby.infolog.append", "true");
        }
    }

    /** What James' JPA classes work with. */
    public EntityManagerFactory entities() {
        return entities;
    }

    /** Where connections come from. */
    public DataSource connections() {
        return pool;
    }

    /** Lets go of every connection; Derby writes out what is left and closes its files. A second call does nothing. */
    @Override
    public void close() {
        if (!pool.isClosed()) {
            closeEntities();
            closePool(pool);
            shutDownDerby(settings);
        }
    }

    private void closeEntities() {
        try {
            if (entities.isOpen()) {
                entities.close();
            }
        } catch (PersistenceException | IllegalStateException e) {
            // Somebody looks at the database at this moment, such as a health check: its connection goes with the pool.
            LOGGER.warn("The database is closed while it is used", e);
        }
    }

    private static void closePool(BasicDataSource pool) {
        try {
            pool.close();
        } catch (SQLException e) {
            LOGGER.warn("A connection to the database did not close", e);
        }
    }

    private static void shutDownDerby(DatabaseSettings settings) {
        if (settings.directory().isEmpty()) {
            return;
        }
        String shutdown = settings.url().shutdown();
        try (Connection unused = DriverManager.getConnection(shutdown, settings.username(), settings.password())) {
            throw new IllegalStateException("Derby connected in place of shutting down");
        } catch (SQLException e) {
            // Another state: it was not running, because it never started; or it could not close its files, and will recover.
            if (!DERBY_IS_DOWN.equals(e.getSQLState())) {
                LOGGER.debug("Derby did not shut down", e);
            }
        }
    }
}
