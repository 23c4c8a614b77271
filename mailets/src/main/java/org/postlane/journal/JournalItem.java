// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.util.Objects;

/**
 * Names a queue item: the mail that it is an item of, and which of its items. Immutable.
 *
 * <p>The mail is the delivery identity: the same for every attempt, and for a mail that the spool runs once more; with a
 * recipient it tells whether that recipient has the mail. The item's own name is the same when the queue hands it out again after
 * a crash, and another for a mail that was put back, so that the end of one item cannot make the journal forget the steps of
 * its successor, which may be under way already.
 */
public final class JournalItem {
    private final String mail;
    private final String item;

    private JournalItem(String mail, String item) {
        this.mail = Texts.key("mail", mail);
        this.item = Texts.key("item", item);
    }

    /**
     * An item of a mail.
     *
     * @throws IllegalArgumentException if a name is longer than 16,384 characters
     */
    public static JournalItem of(String mail, String item) {
        return new JournalItem(mail, item);
    }

    /** The delivery identity, without the recipient. */
    public String mail() {
        return mail;
    }

    /** Which of the mail's queue items. */
    public String item() {
        return item;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JournalItem && mail.equals(((JournalItem) other).mail) && item.equals(((JournalItem) other).item);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mail, item);
    }

    @Override
    public String toString() {
        return mail + " (" + item + ")";
    }
}
