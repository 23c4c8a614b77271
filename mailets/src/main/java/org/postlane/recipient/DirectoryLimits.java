// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

/** How much of the directory is remembered, for how long, and how it is asked at RCPT. Immutable. */
public final class DirectoryLimits {
    /** How many addresses are remembered. */
    public static final String CACHE_SIZE = "directoryCacheSize";
    /** How long an address that was found is remembered. */
    public static final String CACHE_TIME = "directoryCacheTime";
    /** How long an address that was not found is remembered. */
    public static final String UNKNOWN_CACHE_TIME = "directoryUnknownCacheTime";
    /** How many look-ups run at a time for SMTP sessions. */
    public static final String LOOKUPS = "directoryLookups";
    /** How long an SMTP session waits for one. */
    public static final String TIMEOUT = "directoryTimeout";

    /**
     * Some 20 MB at most, and more addresses than a busy node sees within two minutes; a removed user is refused after 2 min at
     * the latest, and a new one must be reachable soon. As many look-ups as James' own pools for LDAP and JPA have connections or
     * more; 30 s are well below the 5 min that a client waits for the answer to RCPT (RFC 5321 4.5.3.2.3).
     */
    static final DirectoryLimits DEFAULTS = new DirectoryLimits("", 100_000, Duration.ofMinutes(2), Duration.ofSeconds(30), 16,
        Duration.ofSeconds(30));

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final String where;
    private final int addresses;
    private final Duration positive;
    private final Duration negative;
    private final int lookups;
    private final Duration timeout;

    private DirectoryLimits(String where, int addresses, Duration positive, Duration negative, int lookups, Duration timeout) {
        this.where = where;
        this.addresses = addresses;
        this.positive = positive;
        this.negative = negative;
        this.lookups = lookups;
        this.timeout = timeout;
    }

    /**
     * What an element says of them; empty where it says nothing.
     *
     * @throws ConfigurationError where a value does not fit
     */
    public static Optional<DirectoryLimits> read(Parameters parameters) {
        long written = Stream.of(CACHE_SIZE, CACHE_TIME, UNKNOWN_CACHE_TIME, LOOKUPS, TIMEOUT).filter(parameters::isSet).count();
        DirectoryLimits limits = new DirectoryLimits(parameters.where(),
            parameters.wholeNumber(CACHE_SIZE, DEFAULTS.addresses, 1, 100_000_000),
            parameters.duration(CACHE_TIME, DEFAULTS.positive, SHORTEST, LONGEST),
            parameters.duration(UNKNOWN_CACHE_TIME, DEFAULTS.negative, SHORTEST, LONGEST),
            parameters.wholeNumber(LOOKUPS, DEFAULTS.lookups, 1, 1_000),
            parameters.duration(TIMEOUT, DEFAULTS.timeout, Duration.ofMillis(100), Duration.ofMinutes(4)));
        return written == 0 ? Optional.empty() : Optional.of(limits);
    }

    /** The element that declared them; empty for the defaults. */
    String where() {
        return where;
    }

    int addresses() {
        return addresses;
    }

    Duration positive() {
        return positive;
    }

    Duration negative() {
        return negative;
    }

    int lookups() {
        return lookups;
    }

    Duration timeout() {
        return timeout;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DirectoryLimits && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hash(toString());
    }

    /** The values, and not where they stand. */
    @Override
    public String toString() {
        return CACHE_SIZE + " " + addresses + ", " + CACHE_TIME + " " + Parameters.spell(positive) + ", "
            + UNKNOWN_CACHE_TIME + " " + Parameters.spell(negative) + ", "
            + LOOKUPS + " " + lookups + ", " + TIMEOUT + " " + Parameters.spell(timeout);
    }
}
