// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

/** By which connection an answer came. Immutable. */
public final class Passage {
    private final boolean reused;
    private final boolean encrypted;
    private final boolean blameless;

    /** A passage over a connection that was used before or not, and encrypted or not. */
    public Passage(boolean reused, boolean encrypted) {
        this(reused, encrypted, false);
    }

    private Passage(boolean reused, boolean encrypted, boolean blameless) {
        this.reused = reused;
        this.encrypted = encrypted;
        this.blameless = blameless;
    }

    /** Whether the connection had carried a mail before, or lain in reserve. */
    public boolean isReused() {
        return reused;
    }

    /** The same, where the connection broke and the mail that was on its way first speaks for all. */
    public Passage withoutBlame() {
        return new Passage(reused, encrypted, true);
    }

    /** Whether a broken connection says nothing about the host here, because it has been said for another mail. */
    public boolean isBlameless() {
        return blameless;
    }

    /** Whether it ran over TLS. */
    public boolean isEncrypted() {
        return encrypted;
    }
}
