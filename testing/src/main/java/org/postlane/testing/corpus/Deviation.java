// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

/**
 * One difference between what was sent and what arrived.
 *
 * @param kind what sort of difference
 * @param detail the field or the place
 */
public record Deviation(Kind kind, String detail) {
    /** The sorts of difference. */
    public enum Kind {
        /** A header field that was sent did not arrive. */
        FIELD_REMOVED("removed"),
        /** A header field arrived that nobody sent and that is no trace field. */
        FIELD_ADDED("added"),
        /** A header field arrived with another value or another folding. */
        FIELD_CHANGED("changed"),
        /** All header fields arrived, but not in the order they were sent in. */
        FIELDS_REORDERED("reordered"),
        /** Anything from the blank line on. */
        BODY_CHANGED("body changed");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    @Override
    public String toString() {
        return kind.word + ": " + detail;
    }
}
