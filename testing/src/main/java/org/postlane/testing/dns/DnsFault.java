// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

/** What a name server does wrong, or says instead of an answer. */
public enum DnsFault {
    /** The name does not exist: NXDOMAIN with the SOA record of its zone, so that it may be cached (RFC 2308). */
    NXDOMAIN,
    /** NXDOMAIN without the SOA record: must not be cached (RFC 2308 5). */
    NXDOMAIN_WITHOUT_SOA,
    /** The server cannot answer now: SERVFAIL. */
    SERVFAIL,
    /** The server does not answer such questions: REFUSED. */
    REFUSED,
    /** The server is not the one of that zone: not authoritative, no answer, and a referral to the root (RFC 1912 2.8). */
    LAME,
    /** No answer at all. */
    SILENCE,
    /** Over UDP an empty answer that says it is truncated; over TCP the whole one (RFC 7766). */
    TRUNCATED,
    /** Over UDP an empty answer that says it is truncated; over TCP the connection is closed instead of an answer. */
    TRUNCATED_WITHOUT_TCP,
    /** Octets under the identifier of the question that are no DNS message. */
    GARBAGE,
    /** A right answer under the identifier of another question: a client must not take it. */
    WRONG_ID
}
