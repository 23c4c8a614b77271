// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Indexes that James' tables lack, and the whole table is read for each mail that is stored (mailboxes, scripts), or read and
 * deleted (flags, properties: columns of a foreign key, which Derby has an index for and PostgreSQL has not).
 */
final class Indexes {
    private static final Map<String, String> COLUMNS_BY_TABLE = Map.of(
        "JAMES_MAILBOX", "USER_NAME, MAILBOX_NAME",
        "JAMES_SIEVE_SCRIPT", "USER_NAME",
        "JAMES_MAIL_USERFLAG", "MAILBOX_ID, MAIL_UID",
        "JAMES_MAIL_PROPERTY", "MAILBOX_ID, MAIL_UID");

    private static final Logger LOGGER = LoggerFactory.getLogger(Indexes.class);

    private Indexes() {
    }

    /**
     * Makes those that are missing, also in a database that is in use since before there were any. What cannot be made, as by a
     * user to whom the tables do not belong, is told in the log, for whoever may: all works without, and slowly.
     */
    static void makeMissing(Connection connection, DatabaseKind kind) throws SQLException {
        if (kind != DatabaseKind.POSTGRESQL) {
            COLUMNS_BY_TABLE.forEach((table, columns) -> makeIfMissing(connection, table, columns));
            return;
        }
        // It may take longer than an answer may otherwise.
        int limit = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, 0);
        try {
            COLUMNS_BY_TABLE.forEach((table, columns) -> makeIfMissing(connection, table, columns));
        } finally {
            connection.setNetworkTimeout(Runnable::run, limit);
        }
    }

    private static void makeIfMissing(Connection connection, String table, String columns) {
        String make = "CREATE INDEX POSTLANE_" + table + " ON " + table + " (" + columns + ")";
        try {
            if (!isIndexed(connection, table, columns.replaceFirst(",.*", ""))) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(make);
                }
            }
        } catch (SQLException e) {
            LOGGER.warn("The database has no index that is wanted: {} ({})", make, StoreError.reason(e));
        }
    }

    private static boolean isIndexed(Connection connection, String table, String column) throws SQLException {
        DatabaseMetaData database = connection.getMetaData();
        String stored = database.storesLowerCaseIdentifiers() ? table.toLowerCase(Locale.ROOT) : table;
        try (ResultSet columns = database.getIndexInfo(null, connection.getSchema(), stored, false, true)) {
            while (columns.next()) {
                if (columns.getShort("ORDINAL_POSITION") == 1 && column.equalsIgnoreCase(columns.getString("COLUMN_NAME"))) {
                    return true;
                }
            }
            return false;
        }
    }
}
