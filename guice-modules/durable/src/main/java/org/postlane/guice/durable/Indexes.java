// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;

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

    private Indexes() {
    }

    /** Makes those that are missing, also in a database that is in use since before there were any. */
    static void makeMissing(Connection connection) throws SQLException {
        for (Map.Entry<String, String> index : COLUMNS_BY_TABLE.entrySet()) {
            String first = index.getValue().replaceFirst(",.*", "");
            if (!isIndexed(connection, index.getKey(), first)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("CREATE INDEX POSTLANE_" + index.getKey() + " ON " + index.getKey()
                        + " (" + index.getValue() + ")");
                }
            }
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
