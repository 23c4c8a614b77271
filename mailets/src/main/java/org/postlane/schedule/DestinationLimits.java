// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.Objects;

/** What one destination bears. Immutable. */
public final class DestinationLimits {
    /** As Postfix (default_destination_concurrency_limit). */
    public static final int DEFAULT_CONCURRENCY = 20;
    /** Twenty turns at once, at any rate. */
    public static final DestinationLimits DEFAULTS = new DestinationLimits(DEFAULT_CONCURRENCY, Rate.NONE);

    private final int concurrency;
    private final Rate rate;

    /**
     * Limits.
     *
     * @param concurrency most turns at once; at least 1
     * @param rate most turns in a time
     */
    public DestinationLimits(int concurrency, Rate rate) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("A concurrency of " + concurrency);
        }
        this.concurrency = concurrency;
        this.rate = Objects.requireNonNull(rate, "rate");
    }

    /** Most turns at once. */
    public int concurrency() {
        return concurrency;
    }

    /** Most turns in a time. */
    public Rate rate() {
        return rate;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DestinationLimits && concurrency == ((DestinationLimits) other).concurrency
            && rate.equals(((DestinationLimits) other).rate);
    }

    @Override
    public int hashCode() {
        return 31 * concurrency + rate.hashCode();
    }

    @Override
    public String toString() {
        return "concurrency=" + concurrency + ", rate=" + rate;
    }
}
