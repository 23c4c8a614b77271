// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What DNS says to one question. Immutable.
 *
 * @param <T> what was asked for
 */
public final class DnsAnswer<T> {
    /** Of what kind. */
    public enum Kind {
        /** There are records. */
        FOUND,
        /** There is no such name (NXDOMAIN). */
        NO_SUCH_NAME,
        /** The name has no such records. */
        NO_RECORDS,
        /** An empty answer from a server that does not say that it speaks for the name: perhaps it has no such records. */
        UNPROVEN,
        /** Nobody knows: no answer in time, a server that failed, an alias that leads to itself. Another time perhaps. */
        FAILED
    }

    private final Kind kind;
    private final List<T> records;
    private final Duration ttl;
    private final String explanation;

    private DnsAnswer(Kind kind, List<T> records, Duration ttl, String explanation) {
        this.kind = kind;
        this.records = List.copyOf(records);
        this.ttl = ttl;
        this.explanation = explanation;
    }

    /** Records, and for how long they hold. */
    public static <T> DnsAnswer<T> found(List<T> records, Duration ttl) {
        return new DnsAnswer<>(Kind.FOUND, records, ttl, "");
    }

    /** No records, and for how long that holds. */
    public static <T> DnsAnswer<T> nothing(Kind kind, Duration ttl) {
        return new DnsAnswer<>(kind, List.of(), ttl, "");
    }

    /** No answer, and why. */
    public static <T> DnsAnswer<T> failed(String explanation) {
        return new DnsAnswer<>(Kind.FAILED, List.of(), Duration.ZERO, explanation);
    }

    /** The answer to two questions about one host: what either found, and else what is less certain. */
    static <T> DnsAnswer<T> both(DnsAnswer<T> one, DnsAnswer<T> other) {
        if (one.kind == Kind.FOUND && other.kind == Kind.FOUND) {
            List<T> all = new ArrayList<>(one.records);
            all.addAll(other.records);
            return found(all, shorter(one.ttl, other.ttl));
        }
        for (Kind kind : List.of(Kind.FOUND, Kind.FAILED, Kind.UNPROVEN, Kind.NO_RECORDS)) {
            if (one.kind == kind) {
                return one;
            }
            if (other.kind == kind) {
                return other;
            }
        }
        return one;
    }

    /** The same about what was made of the records. */
    <R> DnsAnswer<R> map(Function<T, R> make) {
        return new DnsAnswer<>(kind, records.stream().map(make).collect(Collectors.toList()), ttl, explanation);
    }

    /** The same, for no longer than this. */
    DnsAnswer<T> atMost(Duration longest) {
        return new DnsAnswer<>(kind, records, shorter(ttl, longest), explanation);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Of what kind it is. */
    public Kind kind() {
        return kind;
    }

    /** Empty where nothing was found. */
    public List<T> records() {
        return records;
    }

    /** For how long it holds by what DNS says; zero for what failed. */
    public Duration ttl() {
        return ttl;
    }

    /** Why it failed; empty where it did not. */
    public String explanation() {
        return explanation;
    }

    @Override
    public String toString() {
        return kind + " " + (records.isEmpty() ? explanation : records.toString());
    }
}
