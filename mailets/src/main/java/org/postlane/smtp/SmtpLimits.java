// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.time.Duration;

/** Every bound of the protocol that this client relies on, with its source. Times are in {@link SmtpTimeouts}. */
final class SmtpLimits {
    /** RFC 5321 4.5.3.1.5 promises at most 512 octets a reply line; servers in the field send longer ones. */
    static final int REPLY_LINE_OCTETS = 4096;

    /** No limit in the RFC; the longest EHLO answers seen have some 30 lines, and an endless one must end. */
    static final int REPLY_LINES = 128;

    /** All lines of a reply. Some 30 lines of EHLO are 1 KB; each recipient's reply is kept until the mail is settled. */
    static final int REPLY_OCTETS = 16 * 1024;

    /** Words in one line of an EHLO answer: many times what AUTH, the longest in the field, needs. */
    static final int EHLO_WORDS = 64;

    /** RFC 5321 4.5.3.1.4: a command line, CRLF included; decides whether AUTH can carry its initial response. */
    static final int COMMAND_LINE_OCTETS = 512;

    /** RFC 4954 4: what a server must take as a line of the AUTH dialogue, behind the command itself; in base64, with CRLF. */
    static final int AUTH_LINE_OCTETS = 12_288;

    /** RFC 7677 4: with fewer, whoever poses as the server could try passwords against our SCRAM proof too cheaply. */
    static final int FEWEST_SCRAM_ITERATIONS = 4096;

    /** Well above the 600,000 that OWASP asks for in 2023, and a second or two of one thread; a server could demand 2^31. */
    static final int MOST_SCRAM_ITERATIONS = 1_000_000;

    /** RFC 5321 4.5.3.1.3: a path, with its angle brackets. */
    static final int PATH_OCTETS = 256;

    /** RFC 5321 4.5.3.1.2: a domain. */
    static final int DOMAIN_OCTETS = 255;

    /** RFC 1035 2.3.4: what stands between two dots of a domain. */
    static final int LABEL_OCTETS = 63;

    /** RFC 3461 4.4: an envelope identifier, before it is encoded. */
    static final int ENVID_OCTETS = 100;

    /**
     * RFC 3461 4.2: an original recipient, as it stands in the command. It is the one part of a line that could outgrow what
     * DSN adds to a line; the others fit, each as long as it gets.
     */
    static final int ORCPT_OCTETS = 500;

    /** RFC 2852 4: a number of seconds has at most nine digits. */
    static final int DELIVER_BY_SECONDS = 999_999_999;

    /** RFC 6710 4: from the negative of this to this. */
    static final int PRIORITY = 9;

    /** RFC 5321 4.5.3.1.8: recipients that every server must take in one transaction. */
    static final int RECIPIENTS_PER_TRANSACTION = 100;

    /** What a server may raise that to (RFC 9422): more would be written in one piece, and each waits for its answer. */
    static final int MOST_RECIPIENTS_PER_TRANSACTION = 1000;

    /** Content is read and written in pieces of this size: large enough to be cheap, small enough for a thousand peers. */
    static final int CONTENT_CHUNK_OCTETS = 32 * 1024;

    /** More would not be faster on any network, and all of them are ambiguous when the connection breaks. */
    static final int MOST_TRANSACTIONS_IN_FLIGHT = 100;

    /**
     * After this much silence the commands are confirmed before content follows: an idle connection may have died, and
     * whether content that went into a dead one has arrived is not to be known. Shorter than any idle time-out in the field.
     */
    static final Duration SILENCE_BEFORE_CONFIRMING = Duration.ofSeconds(2);

    private SmtpLimits() {
    }
}
