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

    /** The client sent EHLO (RFC 5321, 4.1.1.1) or, to an LMTP server, LHLO; the usual reply lists the extensions. */
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

    /**
     * The content has ended, with CRLF.CRLF or with the octets of BDAT LAST ({@link ReceivedMail#isChunked()} tells which); the
     * mail counts as received when the reply is 2xx. An LMTP server asks this in place of {@link #onEndOfDataFor} where that is
     * not overridden, and itself only for a content that nobody was accepted for, where it usually says nothing.
     */
    default Reaction onEndOfData(Connection connection, ReceivedMail mail) {
        return Reaction.proceed();
    }

    /**
     * An LMTP server is about to answer the end of the content for one accepted recipient (RFC 2033, 4.2); asked once for each
     * recipient, in the order of RCPT, twice for one that was accepted twice. Unless overridden, as {@link #onEndOfData}.
     */
    default Reaction onEndOfDataFor(Connection connection, ReceivedMail mail, Recipient recipient) {
        return onEndOfData(connection, mail);
    }

    /**
     * Whether this server knows the BDAT that it offers with CHUNKING; asked for each one. Where it does not, the command is
     * answered as {@link #onOther} says (500) and its octets are not swallowed but executed as commands, as peers do that are
     * broken.
     */
    default boolean knowsBdat(Connection connection) {
        return true;
    }

    /**
     * The client sent BDAT (RFC 3030), and its octets are about to be read; usually nothing is said. To stall, close or reset
     * here is to do so within the content. A reply that is given here is the only one to this command, and refuses it whatever
     * its code; the octets are swallowed all the same.
     */
    default Reaction onBdatOctets(Connection connection, long size, boolean last) {
        return Reaction.proceed();
    }

    /**
     * The octets of BDAT were read, and the command does not end a message: {@code last} is true only where no chunk was due
     * (503). A BDAT LAST that does end one is answered by {@link #onEndOfData} or {@link #onEndOfDataFor}. Anything but 2xx fails
     * the transaction: until RSET, each further BDAT gets 503.
     */
    default Reaction onBdat(Connection connection, long size, boolean last) {
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

    /** The client sent VRFY; the usual reply is 252. */
    default Reaction onVrfy(Connection connection, String argument) {
        return Reaction.proceed();
    }

    /** The client sent EXPN; the usual reply is 252, and a server that tells gives one line of 250 for each member. */
    default Reaction onExpn(Connection connection, String list) {
        return Reaction.proceed();
    }

    /** The client sent HELP, with or without an argument; the usual reply is 214 on two lines. */
    default Reaction onHelp(Connection connection, String argument) {
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
