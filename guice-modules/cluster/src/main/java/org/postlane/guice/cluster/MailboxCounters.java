// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.inject.Inject;

import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.exception.MailboxNotFoundException;
import org.apache.james.mailbox.jpa.JPAId;
import org.apache.james.mailbox.model.MailboxId;
import org.postlane.guice.durable.Database;

/**
 * The counters of mailboxes in PostgreSQL: each step is one statement, and two nodes cannot get the same number. It locks the row
 * of the mailbox no further than a message that is being added to it allows. Thread-safe.
 */
final class MailboxCounters {
    static final String LAST_UID = "MAILBOX_LAST_UID";
    static final String HIGHEST_MODSEQ = "MAILBOX_HIGHEST_MODSEQ";

    private final Database database;

    @Inject
    MailboxCounters(Database database) {
        this.database = database;
    }

    long next(String counter, MailboxId mailbox) throws MailboxException {
        try (Connection connection = database.connections().getConnection();
             PreparedStatement step = connection.prepareStatement("UPDATE JAMES_MAILBOX SET " + counter + " = COALESCE(" + counter
                 + ", 0) + 1 WHERE MAILBOX_ID = ? RETURNING " + counter)) {
            step.setLong(1, ((JPAId) mailbox).getRawId());
            try (ResultSet answer = step.executeQuery()) {
                if (!answer.next()) {
                    throw new MailboxNotFoundException(mailbox);
                }
                return answer.getLong(1);
            }
        } catch (SQLException e) {
            throw new MailboxException("The next " + counter + " of mailbox " + mailbox.serialize() + " cannot be had", e);
        }
    }
}
