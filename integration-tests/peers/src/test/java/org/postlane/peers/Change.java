// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

/** A change that a peer makes to what it is sent. */
@FunctionalInterface
interface Change {
    Change NONE = text -> text;

    /** What the peer stores of {@code text}. */
    String apply(String text);

    /** In the one place where it stands. */
    static Change replacing(String what, String by) {
        return text -> {
            int at = text.indexOf(what);
            if (at < 0 || text.indexOf(what, at + 1) >= 0) {
                throw new IllegalArgumentException(what + " does not stand once in\n" + text);
            }
            return text.substring(0, at) + by + text.substring(at + what.length());
        };
    }

    /** A line that is no header field ends the header: the peer puts the blank line there. */
    static Change headerEndsBefore(String line) {
        return replacing("\n" + line, "\n\n" + line);
    }

    /** At the start of the first line. */
    static Change inFront(String what) {
        return text -> what + text;
    }

    default Change and(Change next) {
        return text -> next.apply(apply(text));
    }
}
