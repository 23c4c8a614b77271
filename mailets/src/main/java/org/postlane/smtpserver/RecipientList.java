// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.ArrayList;

import org.apache.james.core.MailAddress;

/**
 * The recipients that a session has so far. For each line of a client, those of a message too, James spells its context for the
 * log with {@link #toString()} of them: all of them would be megabytes for a line where there are many.
 */
final class RecipientList extends ArrayList<MailAddress> {
    private static final long serialVersionUID = 1L;
    private static final int SPELT = 10;

    /** Some of them, and how many more there are. */
    @Override
    public String toString() {
        return size() <= SPELT ? super.toString() : subList(0, SPELT) + " and " + (size() - SPELT) + " more";
    }
}
