// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

/** By which connection an answer came. Immutable. */
final class Passage {
    private final boolean reused;
    private final boolean encrypted;

    Passage(boolean reused, boolean encrypted) {
        this.reused = reused;
        this.encrypted = encrypted;
    }

    /** Whether the connection had carried a mail before, or lain in reserve. */
    boolean isReused() {
        return reused;
    }

    /** Whether it ran over TLS. */
    boolean isEncrypted() {
        return encrypted;
    }
}
