// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.time.Duration;
import java.util.Objects;

/**
 * How long each phase of a session may take. A reply has one deadline for all of its lines, however slowly they drip.
 *
 * <p>Immutable and safe to share.
 */
public final class SmtpTimeouts {
    /** RFC 5321 4.5.3.2, and for the connection what Postfix waits. */
    public static final SmtpTimeouts RFC_5321 = new SmtpTimeouts(Duration.ofSeconds(30), Duration.ofMinutes(5),
        Duration.ofMinutes(5), Duration.ofMinutes(2), Duration.ofMinutes(3), Duration.ofMinutes(10), Duration.ofSeconds(5));

    private final Duration connect;
    private final Duration greeting;
    private final Duration command;
    private final Duration data;
    private final Duration block;
    private final Duration endOfData;
    private final Duration quit;

    private SmtpTimeouts(Duration connect, Duration greeting, Duration command, Duration data, Duration block,
                         Duration endOfData, Duration quit) {
        this.connect = connect;
        this.greeting = greeting;
        this.command = command;
        this.data = data;
        this.block = block;
        this.endOfData = endOfData;
        this.quit = quit;
    }

    /** The same limits, with another one for the TCP connection. */
    public SmtpTimeouts withConnect(Duration limit) {
        return new SmtpTimeouts(limit, greeting, command, data, block, endOfData, quit);
    }

    /** One limit for every phase after the connection, which is what a socket time-out used to be. */
    public SmtpTimeouts withEveryPhase(Duration limit) {
        return new SmtpTimeouts(connect, limit, limit, limit, limit, limit, quit);
    }

    /** The same limits, with another one for the answer to QUIT. */
    SmtpTimeouts withQuit(Duration limit) {
        return new SmtpTimeouts(connect, greeting, command, data, block, endOfData, limit);
    }

    /** Opening the TCP connection. */
    public Duration connect() {
        return connect;
    }

    /** RFC 5321 4.5.3.2.1: the 220 greeting. */
    public Duration greeting() {
        return greeting;
    }

    /** RFC 5321 4.5.3.2.2 and .3: EHLO, MAIL, RCPT and every other command that has no limit of its own; the TLS handshake. */
    public Duration command() {
        return command;
    }

    /** RFC 5321 4.5.3.2.4: the 354 answer to DATA. */
    public Duration data() {
        return data;
    }

    /** RFC 5321 4.5.3.2.5: handing one block of content to the network. */
    public Duration block() {
        return block;
    }

    /** RFC 5321 4.5.3.2.6: the answer to the final dot. Ending this wait early is how mail gets delivered twice. */
    public Duration endOfData() {
        return endOfData;
    }

    /** How long the answer to QUIT is worth waiting for: nothing depends on it. */
    public Duration quit() {
        return quit;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SmtpTimeouts && toString().equals(o.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hash(connect, greeting, command, data, block, endOfData, quit);
    }

    @Override
    public String toString() {
        return "connect=" + connect + " greeting=" + greeting + " command=" + command + " data=" + data + " block=" + block
            + " endOfData=" + endOfData + " quit=" + quit;
    }
}
