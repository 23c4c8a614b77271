// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.util.Objects;

/** How long the strings of the journal may be: a record must fit into memory when it is read, whatever a server said. */
final class Texts {
    /** Names and addresses: RFC 5321 4.5.3.1 allows 256 octets for a path; names of mails carry a few suffixes. */
    static final int MAX_KEY = 16_384;
    /** What a report quotes; more of a reply is noise, and 100,000 recipients may each have one. */
    static final int MAX_TEXT = 4_096;

    private Texts() {
    }

    /** A key as it is: cut off, it might be the key of another. */
    static String key(String what, String key) {
        Objects.requireNonNull(key, what);
        if (key.length() > MAX_KEY) {
            throw new IllegalArgumentException(what + " of " + key.length() + " characters; at most " + MAX_KEY
                + " are recorded");
        }
        return key;
    }

    /** A text, cut off where it is too long, and never within a surrogate pair. */
    static String text(String text) {
        if (text == null) {
            return "";
        }
        if (text.length() <= MAX_TEXT) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT);
    }
}
