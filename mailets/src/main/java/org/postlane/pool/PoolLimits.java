// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/** The limits of a {@link Pool}. Immutable. The defaults stand here and nowhere else. */
public final class PoolLimits {
    /** Open connections to one host: what large receivers tolerate from one client. */
    public static final int DEFAULT_MAX_PER_HOST = 8;
    /**
     * Open connections in all: 128 busy hosts, or 1024 that do not answer, of which each holds one. Each takes a file descriptor:
     * HotSpot raises its own soft limit (usually 1024) to the hard one (usually 4096 or far more) at the start.
     */
    public static final int DEFAULT_MAX_TOTAL = 1_024;
    /** Shorter than servers wait for the next command (RFC 5321 4.5.3.2.7 asks for 5 minutes), so that we close first. */
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(30);
    /** Limits the harm of one slow host among several, as Postfix does: counting uses alone lets it hold every connection. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofMinutes(5);
    /**
     * What Exim takes over one connection as it comes (smtp_accept_max_per_connection). A new one costs several round trips, in
     * which a fast host would have taken half as many mails as OpenSMTPD's and ZoneMTA's limit of 100 lets through.
     */
    public static final int DEFAULT_MAX_USES = 1_000;
    /** A round trip and a busy peer, as Postfix' smtp_rset_timeout. */
    public static final Duration DEFAULT_RESET_TIMEOUT = Duration.ofSeconds(20);
    /** Nothing depends on the farewell any more; what it holds up is the slot. */
    public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);
    /** Eight connections at one mail a second serve as many in two minutes; more would only wait to time out. */
    public static final int DEFAULT_MAX_WAITERS_PER_HOST = 1_000;
    /** Bounds the memory held for callers of many hosts: each holds a mail. */
    public static final int DEFAULT_MAX_WAITERS = 10_000;
    /** Idle time and age end early by up to this share, so that connections opened together do not end together. */
    static final double JITTER = 0.2;

    /** The defaults. */
    public static final PoolLimits DEFAULTS = builder().build();

    private final int maxPerHost;
    private final int maxTotal;
    private final int maxUses;
    private final int maxWaitersPerHost;
    private final int maxWaiters;
    private final Duration idleTimeout;
    private final Duration maxAge;
    private final Duration resetTimeout;
    private final Duration closeTimeout;

    private PoolLimits(Builder builder) {
        maxPerHost = builder.maxPerHost;
        maxTotal = builder.maxTotal;
        maxUses = builder.maxUses;
        maxWaitersPerHost = builder.maxWaitersPerHost;
        maxWaiters = builder.maxWaiters;
        idleTimeout = builder.idleTimeout;
        maxAge = builder.maxAge;
        resetTimeout = builder.resetTimeout;
        closeTimeout = builder.closeTimeout;
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Most connections open to one host: idle, leased, being opened and being closed. */
    public int maxPerHost() {
        return maxPerHost;
    }

    /** Most connections open in all, counted likewise. */
    public int maxTotal() {
        return maxTotal;
    }

    /** Most leases that one resource serves. */
    public int maxUses() {
        return maxUses;
    }

    /** Most callers that wait for one host. */
    public int maxWaitersPerHost() {
        return maxWaitersPerHost;
    }

    /** Most callers that wait in all. */
    public int maxWaiters() {
        return maxWaiters;
    }

    /** Longest time that a resource lies in reserve; each ends a random fifth of it earlier, at most. */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /** Age above which a resource is not handed out again; a random fifth earlier, at most. A lease under way is not ended. */
    public Duration maxAge() {
        return maxAge;
    }

    /** Longest time that a reset may take. */
    public Duration resetTimeout() {
        return resetTimeout;
    }

    /** Longest time that a friendly close may take before the resource is dropped. */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    private Object[] values() {
        return new Object[] {maxPerHost, maxTotal, maxUses, maxWaitersPerHost, maxWaiters, idleTimeout, maxAge, resetTimeout,
            closeTimeout};
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PoolLimits && Arrays.equals(values(), ((PoolLimits) other).values());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values());
    }

    @Override
    public String toString() {
        return "maxPerHost=" + maxPerHost + ", maxTotal=" + maxTotal + ", maxUses=" + maxUses + ", maxWaitersPerHost="
            + maxWaitersPerHost + ", maxWaiters=" + maxWaiters + ", idleTimeout=" + idleTimeout + ", maxAge=" + maxAge
            + ", resetTimeout=" + resetTimeout + ", closeTimeout=" + closeTimeout;
    }

    /** Builds {@link PoolLimits}; each setter refuses what makes no sense with an {@link IllegalArgumentException}. */
    public static final class Builder {
        /** Beyond this, nanoseconds no longer fit into a {@code long} safely, and nobody means it. */
        private static final Duration LONGEST = Duration.ofDays(365);

        private int maxPerHost = DEFAULT_MAX_PER_HOST;
        private int maxTotal = DEFAULT_MAX_TOTAL;
        private int maxUses = DEFAULT_MAX_USES;
        private int maxWaitersPerHost = DEFAULT_MAX_WAITERS_PER_HOST;
        private int maxWaiters = DEFAULT_MAX_WAITERS;
        private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
        private Duration maxAge = DEFAULT_MAX_AGE;
        private Duration resetTimeout = DEFAULT_RESET_TIMEOUT;
        private Duration closeTimeout = DEFAULT_CLOSE_TIMEOUT;

        private Builder() {
        }

        /** At least 1 and at most {@link #maxTotal}. */
        public Builder maxPerHost(int value) {
            maxPerHost = atLeast(1, "maxPerHost", value);
            return this;
        }

        /** At least 1. */
        public Builder maxTotal(int value) {
            maxTotal = atLeast(1, "maxTotal", value);
            return this;
        }

        /** At least 1, which means that nothing is reused. */
        public Builder maxUses(int value) {
            maxUses = atLeast(1, "maxUses", value);
            return this;
        }

        /** At least 1: an open connection is waited for too. */
        public Builder maxWaitersPerHost(int value) {
            maxWaitersPerHost = atLeast(1, "maxWaitersPerHost", value);
            return this;
        }

        /** At least 1. */
        public Builder maxWaiters(int value) {
            maxWaiters = atLeast(1, "maxWaiters", value);
            return this;
        }

        /** Above zero, at most a year. */
        public Builder idleTimeout(Duration value) {
            idleTimeout = positive("idleTimeout", value);
            return this;
        }

        /** Above zero, at most a year. */
        public Builder maxAge(Duration value) {
            maxAge = positive("maxAge", value);
            return this;
        }

        /** Above zero, at most a year. */
        public Builder resetTimeout(Duration value) {
            resetTimeout = positive("resetTimeout", value);
            return this;
        }

        /** Above zero, at most a year. */
        public Builder closeTimeout(Duration value) {
            closeTimeout = positive("closeTimeout", value);
            return this;
        }

        /**
         * The limits.
         *
         * @throws IllegalArgumentException if one host may have more connections than there may be in all
         */
        public PoolLimits build() {
            if (maxPerHost > maxTotal) {
                throw new IllegalArgumentException("maxPerHost " + maxPerHost + " is more than maxTotal " + maxTotal);
            }
            return new PoolLimits(this);
        }

        private static int atLeast(int least, String name, int value) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
            }
            return value;
        }

        private static Duration positive(String name, Duration value) {
            Objects.requireNonNull(value, name);
            if (value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(name + " must be above zero and at most " + LONGEST + ", not " + value);
            }
            return value;
        }
    }
}
