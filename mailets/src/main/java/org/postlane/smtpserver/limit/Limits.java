// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

/** What holds where {@code smtpserver.xml} names a handler and not its numbers; 0 is no limit. */
final class Limits {
    /**
     * A connection takes some tens of KB of buffers and no thread; Postfix, which takes a process for each, stops at 100, and
     * many systems give a process 1024 files.
     */
    static final int CONNECTIONS = 1_000;
    /** Postfix' smtpd_client_connection_count_limit. */
    static final int CONNECTIONS_PER_ADDRESS = 50;
    /** As Postfix' smtpd_client_message_rate_limit: who sends how much is known to nobody but the administrator. */
    static final int MESSAGES_PER_HOUR = 0;
    /** A client that pipelines the recipients of a large mail sends thousands. */
    static final int COMMANDS_PER_MINUTE = 0;
    /** Postfix' smtpd_hard_error_limit. */
    static final int ERRORS = 20;

    /** More of anything is a slip. */
    static final int MOST = 1_000_000_000;
    /** Networks or users whose messages are counted at a time, some 200 octets each; the one least used is forgotten first. */
    static final int MOST_COUNTED = 100_000;

    private Limits() {
    }
}
