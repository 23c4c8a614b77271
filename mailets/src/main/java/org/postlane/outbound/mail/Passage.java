// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

/** By which connection an answer came. Immutable. */
public final class Passage {
    private final boolean reused;
    private final boolean encrypted;

    /** A passage over a connection that was used before or not, and encrypted or not. */
    public Passage(boolean reused, boolean encrypted) {
        this.reused = reused;
        this.encrypted = encrypted;
    }

    /** Whether the connection had carried a mail before, or lain in reserve. */
    public boolean isReused() {
        return reused;
    }

    /** Whether it ran over TLS. */
    public boolean isEncrypted() {
        return encrypted;
    }
}
