// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

/** UIDL: numbers and unique ids (RFC 1939 7). */
public final class UidlCommand extends ListingCommand {
    /** For James' injector. */
    public UidlCommand() {
        super("UIDL");
    }

    @Override
    Object of(Maildrop maildrop, int number) {
        return maildrop.uidl(number);
    }
}
