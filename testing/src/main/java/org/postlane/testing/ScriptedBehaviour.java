// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.function.Predicate;

import org.postlane.testing.RuleBook.Phase;

/**
 * An accepting server with exceptions: {@code Behaviour.accepting().rcpt("b@x", reply("450 4.2.0
 * later")).once().rset(reply("500 no"))}.
 *
 * <p>Rules are tried in the order in which they were given and the first that still applies decides; where none does, the server
 * accepts. {@link #once()}, {@link #times}, {@link #afterFirst} and {@link #onConnection} narrow the rule given last. Rules
 * may be added or {@linkplain #clear() dropped} while the server runs. Thread-safe, as long as one thread at a time writes
 * rules().
 */
public final class ScriptedBehaviour extends RuledBehaviour {
    ScriptedBehaviour() {
    }

    private ScriptedBehaviour always(Phase phase, Reaction reaction) {
        rules().add(phase, (connection, subject) -> true, reaction);
        return this;
    }

    private ScriptedBehaviour text(Phase phase, Predicate<String> applies, Reaction reaction) {
        rules().add(phase, (connection, subject) -> applies.test((String) subject), reaction);
        return this;
    }

    private ScriptedBehaviour end(Predicate<End> applies, Reaction reaction) {
        rules().add(Phase.END_OF_DATA, (connection, subject) -> applies.test((End) subject), reaction);
        return this;
    }

    /** The last rule holds for its first match only. */
    public ScriptedBehaviour once() {
        return times(1);
    }

    /** The last rule holds for its first {@code count} matches only. */
    public ScriptedBehaviour times(int count) {
        rules().last().limit(count);
        return this;
    }

    /** The last rule lets its first {@code count} matches pass. */
    public ScriptedBehaviour afterFirst(int count) {
        rules().last().skip(count);
        return this;
    }

    /** The last rule holds on this connection only; the first one has the number 1. */
    public ScriptedBehaviour onConnection(int connectionId) {
        rules().last().only(connectionId);
        return this;
    }

    /** Drops every rule: the server accepts everything again. */
    public ScriptedBehaviour clear() {
        rules().clear();
        return this;
    }

    /** Instead of the greeting. */
    public ScriptedBehaviour connect(Reaction reaction) {
        return always(Phase.CONNECT, reaction);
    }

    /** To EHLO, and to LHLO under LMTP. */
    public ScriptedBehaviour ehlo(Reaction reaction) {
        return always(Phase.EHLO, reaction);
    }

    /** To HELO. */
    public ScriptedBehaviour helo(Reaction reaction) {
        return always(Phase.HELO, reaction);
    }

    /** To STARTTLS. */
    public ScriptedBehaviour startTls(Reaction reaction) {
        return always(Phase.STARTTLS, reaction);
    }

    /** Before a TLS handshake. */
    public ScriptedBehaviour handshake(Reaction reaction) {
        return always(Phase.HANDSHAKE, reaction);
    }

    /** To credentials, right or wrong. */
    public ScriptedBehaviour auth(Reaction reaction) {
        return always(Phase.AUTH, reaction);
    }

    /** In place of the challenge of this number in an AUTH dialogue, counted from 1. */
    public ScriptedBehaviour challenge(int number, Reaction reaction) {
        rules().add(Phase.CHALLENGE, (connection, subject) -> subject.equals(number), reaction);
        return this;
    }

    /** To every MAIL. */
    public ScriptedBehaviour mail(Reaction reaction) {
        return always(Phase.MAIL, reaction);
    }

    /** To MAIL from this sender (compared without case; empty for the null sender). */
    public ScriptedBehaviour mail(String from, Reaction reaction) {
        return text(Phase.MAIL, from::equalsIgnoreCase, reaction);
    }

    /**
     * To MAIL on a connection that has already carried this many contents to their end, as servers do that limit mails
     * per connection.
     */
    public ScriptedBehaviour afterMails(int count, Reaction reaction) {
        rules().add(Phase.MAIL, (connection, from) -> connection.mailsCarried() >= count, reaction);
        return this;
    }

    /** To every RCPT. */
    public ScriptedBehaviour rcpt(Reaction reaction) {
        return always(Phase.RCPT, reaction);
    }

    /** To RCPT for this recipient, compared without case. */
    public ScriptedBehaviour rcpt(String to, Reaction reaction) {
        return text(Phase.RCPT, to::equalsIgnoreCase, reaction);
    }

    /** To RCPT for the recipients that match. */
    public ScriptedBehaviour rcpt(Predicate<String> to, Reaction reaction) {
        return text(Phase.RCPT, to, reaction);
    }

    /** To DATA. */
    public ScriptedBehaviour data(Reaction reaction) {
        return always(Phase.DATA, reaction);
    }

    /** To the end of the content, by the final dot or BDAT LAST; under LMTP for each recipient. */
    public ScriptedBehaviour endOfData(Reaction reaction) {
        return end(end -> true, reaction);
    }

    /** To the end of the content of the mails that match, such as {@code ReceivedMail::isChunked}. */
    public ScriptedBehaviour endOfData(Predicate<ReceivedMail> mail, Reaction reaction) {
        return end(end -> mail.test(end.mail()), reaction);
    }

    /** To the end of the content for this recipient of LMTP, compared without case. */
    public ScriptedBehaviour endOfDataFor(String to, Reaction reaction) {
        return end(end -> to.equalsIgnoreCase(end.recipient()), reaction);
    }

    /** To a BDAT that ends no message, once its octets were read. */
    public ScriptedBehaviour bdat(Reaction reaction) {
        return always(Phase.BDAT, reaction);
    }

    /** Before the octets of any BDAT are read, the last one's too. */
    public ScriptedBehaviour bdatOctets(Reaction reaction) {
        return always(Phase.BDAT_OCTETS, reaction);
    }

    /** BDAT is unknown although CHUNKING is offered, and its octets are executed as commands. */
    public ScriptedBehaviour bdatUnknown() {
        return always(Phase.BDAT_UNKNOWN, Reaction.proceed());
    }

    /** To RSET. */
    public ScriptedBehaviour rset(Reaction reaction) {
        return always(Phase.RSET, reaction);
    }

    /** To NOOP. */
    public ScriptedBehaviour noop(Reaction reaction) {
        return always(Phase.NOOP, reaction);
    }

    /** To VRFY. */
    public ScriptedBehaviour vrfy(Reaction reaction) {
        return always(Phase.VRFY, reaction);
    }

    /** To EXPN. */
    public ScriptedBehaviour expn(Reaction reaction) {
        return always(Phase.EXPN, reaction);
    }

    /** To HELP. */
    public ScriptedBehaviour help(Reaction reaction) {
        return always(Phase.HELP, reaction);
    }

    /** To QUIT. */
    public ScriptedBehaviour quit(Reaction reaction) {
        return always(Phase.QUIT, reaction);
    }

    /** To silence that has lasted for the configured idle time. */
    public ScriptedBehaviour idle(Reaction reaction) {
        return always(Phase.IDLE, reaction);
    }

    /** To a command that the server does not know and whose line matches. */
    public ScriptedBehaviour other(Predicate<String> line, Reaction reaction) {
        return text(Phase.OTHER, line, reaction);
    }
}
