// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

/** LIST: numbers and sizes (RFC 1939 5). */
public final class ListCommand extends ListingCommand {
    /** For James' injector. */
    public ListCommand() {
        super("LIST");
    }

    @Override
    Object of(Maildrop maildrop, int number) {
        return maildrop.octets(number);
    }
}
