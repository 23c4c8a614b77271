// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

import org.apache.james.protocols.pop3.mailbox.MessageMetaData;

/**
 * What UIDL tells of a message (RFC 1939 7). Both parts are kept by James' mailbox store, so that an id is the same in every
 * session, on every node and after a restart.
 */
enum UidlForm {
    /** {@code <UIDVALIDITY>-<UID>}: a mailbox that was deleted and made anew does not give an old id to a new message. */
    VALIDITY {
        @Override
        String uidl(String validity, MessageMetaData message) {
            return validity + "-" + message.getUid();
        }
    },
    /** What James' own handlers say, so that clients which know a maildrop from them do not fetch it again. */
    STOCK {
        @Override
        String uidl(String validity, MessageMetaData message) {
            return message.getUid(validity);
        }
    };

    static final String EXPECTED = "validity or stock";

    static Optional<UidlForm> named(String text) {
        return Arrays.stream(values()).filter(form -> form.name().toLowerCase(Locale.US).equals(text)).findFirst();
    }

    abstract String uidl(String validity, MessageMetaData message);
}
