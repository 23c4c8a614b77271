// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

/**
 * Decides how the server reacts in each phase of a connection.
 *
 * <p>Every method defaults to {@link Reaction#proceed()}: the server then gives the reply that a correct, accepting server gives,
 * which includes 503 for a command out of order. A behaviour is asked even then, so it can answer 250 where 503 was due.
 * What the server does next follows from the first reply that is sent (RFC 5321, 4.2.1): 2xx means the command took effect,
 * 354 after DATA means content follows, anything else means the command was refused.
 *
 * <p>Called from the thread of each connection, so implementations must be thread-safe.
 */
public interface Behaviour {

    /** An accepting server that can be taught exceptions one at a time. */
    static ScriptedBehaviour accepting() {
        return new ScriptedBehaviour();
    }

    /** A client has connected (and, with implicit TLS, finished the handshake); the usual reply is the 220 greeting. */
    default Reaction onConnect(Connection connection) {
        return Reaction.proceed();
    }

    /** The client sent EHLO (RFC 5321, 4.1.1.1); the usual reply lists the extensions. */
    default Reaction onEhlo(Connection connection, String name) {
        return Reaction.proceed();
    }

    /** The client sent HELO; no extension is offered after it. */
    default Reaction onHelo(Connection connection, String name) {
        return Reaction.proceed();
    }

    /** The client sent STARTTLS (RFC 3207); a reply of 220 is followed by the handshake. */
    default Reaction onStartTls(Connection connection) {
        return Reaction.proceed();
    }

    /** A TLS handshake is about to start; usually nothing is said. Stalling here is a handshake that hangs. */
    default Reaction onHandshake(Connection connection) {
        return Reaction.proceed();
    }

    /** The client has given its credentials (RFC 4954); the usual reply is 235 for the right ones and 535 for others. */
    default Reaction onAuth(Connection connection, String user, String secret) {
        return Reaction.proceed();
    }

    /**
     * The server is to challenge the client during AUTH; {@code number} counts from 1. Any other reply than 334 ends the
     * exchange, 235 successfully.
     */
    default Reaction onChallenge(Connection connection, String mechanism, int number) {
        return Reaction.proceed();
    }

    /** The client sent MAIL; {@code from} is what stood between the angle brackets, empty for the null sender. */
    default Reaction onMail(Connection connection, String from) {
        return Reaction.proceed();
    }

    /** The client sent RCPT; {@code to} is what stood between the angle brackets. */
    default Reaction onRcpt(Connection connection, String to) {
        return Reaction.proceed();
    }

    /** The client sent DATA; only after a reply of 354 is content read. */
    default Reaction onData(Connection connection) {
        return Reaction.proceed();
    }

    /** The content has ended with CRLF.CRLF; the mail counts as received when the reply is 2xx. */
    default Reaction onEndOfData(Connection connection, ReceivedMail mail) {
        return Reaction.proceed();
    }

    /** The client sent RSET; only a 2xx reply ends the transaction. */
    default Reaction onRset(Connection connection) {
        return Reaction.proceed();
    }

    /** The client sent NOOP. */
    default Reaction onNoop(Connection connection) {
        return Reaction.proceed();
    }

    /** The client sent QUIT; whatever is said, the connection is closed afterwards. */
    default Reaction onQuit(Connection connection) {
        return Reaction.proceed();
    }

    /** The client has been silent for the configured idle time; usually 421 and the connection is closed. */
    default Reaction onIdle(Connection connection) {
        return Reaction.proceed();
    }

    /** The client sent a command that the server does not know; the usual reply is 500. */
    default Reaction onOther(Connection connection, String line) {
        return Reaction.proceed();
    }
}
