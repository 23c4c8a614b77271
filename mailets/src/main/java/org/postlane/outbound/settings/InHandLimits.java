// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

/** How much may be taken out of a queue and not be settled. Immutable. */
public final class InHandLimits {
    /** Enough to keep a thousand connections busy; what a broker keeps for one consumer as well. */
    public static final int DEFAULT_MAILS = 1_000;
    /** A quarter of the memory that the JVM may have: James' own parts need the rest. */
    public static final long DEFAULT_OCTETS = Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 4);
    /** The defaults. */
    public static final InHandLimits DEFAULTS = new InHandLimits(DEFAULT_MAILS, DEFAULT_OCTETS);

    private final int mails;
    private final long octets;

    /** Limits, each at least 1. */
    public InHandLimits(int mails, long octets) {
        if (mails < 1 || octets < 1) {
            throw new IllegalArgumentException("No limits: " + mails + " mails, " + octets + " octets");
        }
        this.mails = mails;
        this.octets = octets;
    }

    /** Most mails. */
    public int mails() {
        return mails;
    }

    /**
     * Places for attempts in the scheduler: so few that destinations which stall have to give mail back before they fill the
     * hand, which would keep everybody else's mail in the queue.
     */
    public int places() {
        return Math.max(1, mails / 3);
    }

    /** Most octets, above which no further mail is taken. */
    public long octets() {
        return octets;
    }
}
