// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.pool.PoolLimits;

/**
 * The limits of the one pool that a James has. They may be written in any element that uses the pool; a limit written twice
 * with two values stops the start and names both places, because only one of them could hold.
 *
 * <p>Safe for use by several threads.
 */
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

    private static final int MOST_CONNECTIONS = 100_000;
    private static final int MOST_MAILS = 1_000_000;
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, String> places = new HashMap<>();

    /**
     * Takes the limits that one element writes.
     *
     * @throws ConfigurationError for a value that does not fit, or that differs from what another element wrote
     */
    public synchronized void declare(Parameters parameters) {
        number(parameters, MAX_CONNECTIONS_PER_HOST, MOST_CONNECTIONS);
        number(parameters, MAX_CONNECTIONS, MOST_CONNECTIONS);
        number(parameters, MAX_MAILS_PER_CONNECTION, MOST_MAILS);
        time(parameters, IDLE_TIMEOUT);
        time(parameters, MAX_CONNECTION_AGE);
        int total = (Integer) values.getOrDefault(MAX_CONNECTIONS, PoolLimits.DEFAULT_MAX_TOTAL);
        int perHost = (Integer) values.getOrDefault(MAX_CONNECTIONS_PER_HOST, 0);
        if (perHost > total) {
            throw new ConfigurationError(parameters.where() + ": <" + MAX_CONNECTIONS_PER_HOST + "> is " + perHost
                + " and <" + MAX_CONNECTIONS + "> is " + total + ": expected at most as many to one host as in all");
        }
    }

    private void number(Parameters parameters, String key, int max) {
        int value = parameters.wholeNumber(key, 0, 1, max);
        agree(parameters, key, value == 0 ? Optional.empty() : Optional.of(value));
    }

    private void time(Parameters parameters, String key) {
        Duration value = parameters.duration(key, Duration.ZERO, SHORTEST, LONGEST);
        agree(parameters, key, value.isZero() ? Optional.empty() : Optional.of(value));
    }

    private void agree(Parameters parameters, String key, Optional<Object> written) {
        written.ifPresent(value -> {
            Object earlier = values.putIfAbsent(key, value);
            if (earlier != null && !earlier.equals(value)) {
                throw parameters.error(key, "the value that " + places.get(key) + " gives it, or none: all share one pool");
            }
            places.putIfAbsent(key, parameters.where());
        });
    }

    /** The limits as agreed so far, with the defaults for what nobody wrote. */
    public synchronized PoolLimits limits() {
        int total = (Integer) values.getOrDefault(MAX_CONNECTIONS, PoolLimits.DEFAULT_MAX_TOTAL);
        int perHost = (Integer) values.getOrDefault(MAX_CONNECTIONS_PER_HOST, PoolLimits.DEFAULT_MAX_PER_HOST);
        return PoolLimits.builder()
            .maxTotal(total)
            .maxPerHost(Math.min(perHost, total))
            .idleTimeout((Duration) values.getOrDefault(IDLE_TIMEOUT, PoolLimits.DEFAULT_IDLE_TIMEOUT))
            .maxAge((Duration) values.getOrDefault(MAX_CONNECTION_AGE, PoolLimits.DEFAULT_MAX_AGE))
            .maxUses((Integer) values.getOrDefault(MAX_MAILS_PER_CONNECTION, PoolLimits.DEFAULT_MAX_USES))
            .build();
    }
}
