// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of a cluster starts at a time: what makes tables, keyspaces and queues where there are none is made for one. A lock of
 * the shared PostgreSQL, which goes with the connection that holds it: a start that dies holds up nobody.
 */
public final class StartLock implements AutoCloseable {
    /** "postlane" in octets: any number that nobody else takes in this database. */
    private static final long KEY = 0x706f73746c616e65L;
    /** SQL states of a server that is not there, or not yet. */
    private static final String CONNECTION = "08";
    private static final String STARTING = "57P03";
    private static final Logger LOGGER = LoggerFactory.getLogger(StartLock.class);

    private final Connection connection;

    private StartLock(Connection connection) {
        this.connection = connection;
    }

    /**
     * Waits for PostgreSQL to answer, and for its turn.
     *
     * @throws StoreError with the key and value at fault; at once where waiting would not help
     */
    public static StartLock take(DatabaseSettings settings, Duration limit) {
        Patience patience = new Patience(limit);
        Connection connection = connect(settings, patience);
        try {
            boolean told = false;
            while (!tryLock(connection)) {
                if (patience.isOver()) {
                    throw new StoreError("another node of the cluster has been starting for more than " + limit.toSeconds()
                        + " s; expected it to end its start, or to be stopped");
                }
                if (!told) {
                    LOGGER.info("Another node of the cluster is starting; this one comes next");
                    told = true;
                }
                Patience.pause();
            }
            return new StartLock(connection);
        } catch (SQLException e) {
            close(connection);
            throw settings.databaseError(e);
        } catch (RuntimeException e) {
            close(connection);
            throw e;
        }
    }

    private static Connection connect(DatabaseSettings settings, Patience patience) {
        Properties properties = new Properties();
        properties.setProperty("user", settings.username());
        properties.setProperty("password", settings.password());
        for (String property : settings.url().kind().connectionProperties().split(";")) {
            properties.setProperty(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
        }
        return patience.await("PostgreSQL", () -> DriverManager.getConnection(settings.url().value(), properties),
            error -> !(error instanceof SQLException && isAway((SQLException) error)), settings::databaseError);
    }

    private static boolean isAway(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        return state.startsWith(CONNECTION) || state.equals(STARTING);
    }

    private static boolean tryLock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet answer = statement.executeQuery("SELECT pg_try_advisory_lock(" + KEY + ")")) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    /** The next node may start. */
    @Override
    public void close() {
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOGGER.debug("The connection of the start did not close", e);
        }
    }
}
