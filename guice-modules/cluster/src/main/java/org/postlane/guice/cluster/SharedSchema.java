// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import org.postlane.guice.durable.Database;
import org.postlane.guice.durable.StoreError;

/**
 * What the tables of James lack where several nodes write to them: James looks whether there is a mailbox of that
 * name, and makes it if not. Two nodes that deliver the first mail of a user in the same moment would make two inboxes.
 */
public final class SharedSchema {
    private static final List<String> UNIQUE = List.of(
        "CREATE UNIQUE INDEX IF NOT EXISTS POSTLANE_ONE_MAILBOX ON JAMES_MAILBOX (USER_NAME, MAILBOX_NAMESPACE, MAILBOX_NAME)");

    private SharedSchema() {
    }

    /**
     * Makes what is missing; to be called by one node at a time.
     *
     * @throws ClusterError with the reason, such as two mailboxes of one name
     */
    public static void complete(Database database) {
        try (Connection connection = database.connections().getConnection(); Statement statement = connection.createStatement()) {
            for (String index : UNIQUE) {
                statement.execute(index);
            }
        } catch (SQLException e) {
            throw new ClusterError("the database cannot be shared by several nodes: " + StoreError.reason(e)
                + "; expected one mailbox of each name of a user", e);
        }
    }
}
