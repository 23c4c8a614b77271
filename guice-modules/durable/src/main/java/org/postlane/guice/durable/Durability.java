// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the database has on the disk what it has committed: mail leaves the queue when its commit returns. */
final class Durability {
    private static final String DERBY_SETTING = "derby.system.durability";
    private static final Logger LOGGER = LoggerFactory.getLogger(Durability.class);

    private Durability() {
    }

    /**
     * Derby's one switch stops the start: nobody needs it beside a queue that syncs. PostgreSQL's belong to who runs it, and are
     * told of in the log.
     */
    static void require(Connection connection, DatabaseSettings settings) throws SQLException {
        if (settings.directory().isPresent()) {
            requireOfDerby(ask(connection, "VALUES SYSCS_UTIL.SYSCS_GET_DATABASE_PROPERTY('" + DERBY_SETTING + "')"));
            requireOfDerby(System.getProperty(DERBY_SETTING));
        } else {
            tellOfPostgreSql(connection, "fsync");
            tellOfPostgreSql(connection, "synchronous_commit");
        }
    }

    private static void requireOfDerby(String value) {
        if (value != null && value.equalsIgnoreCase("test")) {
            throw new StoreError(DERBY_SETTING + "=" + value + ": expected that it is not set; Derby would lose what it has "
                + "committed when the machine stops");
        }
    }

    private static void tellOfPostgreSql(Connection connection, String setting) throws SQLException {
        String value = ask(connection, "SHOW " + setting);
        if (value.equals("off")) {
            LOGGER.warn("PostgreSQL runs with {} = off: mail that was answered 250 may be lost when its machine stops", setting);
        }
    }

    private static String ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet answer = statement.executeQuery(question)) {
            return answer.next() ? answer.getString(1) : null;
        }
    }
}
