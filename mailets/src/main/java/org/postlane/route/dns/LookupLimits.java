// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.time.Duration;

/** What bounds look-ups, in one place. */
final class LookupLimits {
    /** A name server that is well answers at once, or soon when it has to ask others first (resolv.conf(5) gives 5 s). */
    static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    /** The second time. By then a recursive server has found an answer, or has given up and says SERVFAIL. */
    static final Duration SECOND_WAIT = Duration.ofSeconds(5);
    /** As resolv.conf(5): one question shall not wait for a long list of dead servers. */
    static final int MOST_SERVERS = 3;

    /** Questions asked for the first time: each takes a socket while it waits, and a JVM has some thousands at least. */
    static final int MOST_FIRST_QUESTIONS = 1000;
    /** Questions asked again: apart, so that domains whose servers are dead do not keep the others waiting. */
    static final int MOST_SECOND_QUESTIONS = 500;

    /** Aliases that follow one another; more are a circle, or as good as one. */
    static final int MOST_ALIASES = 10;

    /** RFC 9520 3.2: failures are remembered for a second at least; and a TTL of 0 must not make each mail a question. */
    static final Duration SHORTEST_MEMORY = Duration.ofSeconds(5);
    /** Who moves his mail and forgot the TTL gets it after an hour. */
    static final Duration LONGEST_MEMORY = Duration.ofHours(1);
    /** RFC 2308 5 allows hours; a domain that was registered just now, or mended, should not wait for them. */
    static final Duration LONGEST_ABSENCE = Duration.ofMinutes(5);
    /** As James' resolver (maxcachesize), some hundred octets each. */
    static final int MOST_ANSWERS = 50_000;

    /** For what comes of answers: parsing, and whatever hangs on it, none of which blocks. */
    static final int THREADS = 2;

    private LookupLimits() {
    }
}
