// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import java.time.Duration;
import java.util.Optional;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.pool.PoolLimits;

/** What the elements of a James say about the limits of the one pool that it has. Immutable. */
public final class AgreedLimits {
    /** Most open connections to one host. */
    public static final String MAX_CONNECTIONS_PER_HOST = "maxConnectionsPerHost";
    /** Most open connections in all. */
    public static final String MAX_CONNECTIONS = "maxConnections";
    /** How long a connection may be unused before it is closed. */
    public static final String IDLE_TIMEOUT = "idleTimeout";
    /** How old a connection may become. */
    public static final String MAX_CONNECTION_AGE = "maxConnectionAge";
    /** Most mails over one connection. */
    public static final String MAX_MAILS_PER_CONNECTION = "maxMailsPerConnection";

    /** Nobody has said anything. */
    static final AgreedLimits NONE = new AgreedLimits(Agreement.about(MAX_CONNECTIONS_PER_HOST),
        Agreement.about(MAX_CONNECTIONS), Agreement.about(IDLE_TIMEOUT), Agreement.about(MAX_CONNECTION_AGE),
        Agreement.about(MAX_MAILS_PER_CONNECTION));

    private static final int MOST_CONNECTIONS = 100_000;
    private static final int MOST_MAILS = 1_000_000;
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Agreement<Integer> perHost;
    private final Agreement<Integer> total;
    private final Agreement<Duration> idle;
    private final Agreement<Duration> age;
    private final Agreement<Integer> mails;

    private AgreedLimits(Agreement<Integer> perHost, Agreement<Integer> total, Agreement<Duration> idle,
                         Agreement<Duration> age, Agreement<Integer> mails) {
        this.perHost = perHost;
        this.total = total;
        this.idle = idle;
        this.age = age;
        this.mails = mails;
    }

    /**
     * With what one more element writes.
     *
     * @throws ConfigurationError for a value that does not fit, or that differs from what another element wrote
     */
    AgreedLimits and(Parameters parameters) {
        AgreedLimits all = new AgreedLimits(
            perHost.and(parameters, number(parameters, MAX_CONNECTIONS_PER_HOST, MOST_CONNECTIONS)),
            total.and(parameters, number(parameters, MAX_CONNECTIONS, MOST_CONNECTIONS)),
            idle.and(parameters, time(parameters, IDLE_TIMEOUT)),
            age.and(parameters, time(parameters, MAX_CONNECTION_AGE)),
            mails.and(parameters, number(parameters, MAX_MAILS_PER_CONNECTION, MOST_MAILS)));
        if (all.perHost.or(0) > all.inAll()) {
            throw new ConfigurationError(parameters.where() + ": <" + MAX_CONNECTIONS_PER_HOST + "> is " + all.perHost.or(0)
                + " and <" + MAX_CONNECTIONS + "> is " + all.inAll() + ": expected at most as many to one host as in all");
        }
        return all;
    }

    /** These, and those of others that are not among them. */
    AgreedLimits orElse(AgreedLimits others) {
        return new AgreedLimits(perHost.orElse(others.perHost), total.orElse(others.total), idle.orElse(others.idle),
            age.orElse(others.age), mails.orElse(others.mails));
    }

    /** Those of these that are not among others. */
    AgreedLimits unless(AgreedLimits others) {
        return new AgreedLimits(perHost.unless(others.perHost), total.unless(others.total), idle.unless(others.idle),
            age.unless(others.age), mails.unless(others.mails));
    }

    private static Optional<Integer> number(Parameters parameters, String key, int max) {
        int value = parameters.wholeNumber(key, 0, 1, max);
        return value == 0 ? Optional.empty() : Optional.of(value);
    }

    private static Optional<Duration> time(Parameters parameters, String key) {
        Duration value = parameters.duration(key, Duration.ZERO, SHORTEST, LONGEST);
        return value.isZero() ? Optional.empty() : Optional.of(value);
    }

    private int inAll() {
        return total.or(PoolLimits.DEFAULT_MAX_TOTAL);
    }

    /** The limits as agreed, with the defaults for what nobody wrote. */
    public PoolLimits limits() {
        return PoolLimits.builder()
            .maxTotal(inAll())
            .maxPerHost(Math.min(perHost.or(PoolLimits.DEFAULT_MAX_PER_HOST), inAll()))
            .idleTimeout(idle.or(PoolLimits.DEFAULT_IDLE_TIMEOUT))
            .maxAge(age.or(PoolLimits.DEFAULT_MAX_AGE))
            .maxUses(mails.or(PoolLimits.DEFAULT_MAX_USES))
            .build();
    }
}
