// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** What the database holds, each in a column family of its own: looking through one does not read the others. */
enum Family {
    /** About the store: its format. RocksDB wants a family of this name. */
    STORE("default"),
    /** Of each queued mail, when it is due and how urgent it is: {@link IndexRecord}. */
    INDEX("index"),
    /** Of each queued mail, everything but its message: {@link EnvelopeCodec}. */
    ENVELOPE("envelope"),
    /** The messages that are small enough: {@link Bodies} has the others. */
    CONTENT("content"),
    /** What was in the index and cannot be read: the record as it was there, and why. */
    SET_ASIDE("set-aside");

    private final String title;

    Family(String title) {
        this.title = title;
    }

    byte[] title() {
        return title.getBytes(US_ASCII);
    }
}
