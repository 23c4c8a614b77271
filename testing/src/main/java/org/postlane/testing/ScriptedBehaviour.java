// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * An accepting server with exceptions: {@code Behaviour.accepting().rcpt("b@x", reply("450 4.2.0
 * later")).once().rset(reply("500 no"))}.
 *
 * <p>Rules are tried in the order in which they were given and the first that still applies decides; where none does, the server
 * accepts. {@link #once()}, {@link #times}, {@link #afterFirst} and {@link #onConnection} narrow the rule given last. Rules
 * may be added or {@linkplain #clear() dropped} while the server runs. Thread-safe, as long as one thread at a time writes
 * rules.
 */
public final class ScriptedBehaviour implements Behaviour {
    private final List<Rule> rules = new CopyOnWriteArrayList<>();

    ScriptedBehaviour() {
    }

    private enum Phase {
        CONNECT, EHLO, HELO, STARTTLS, HANDSHAKE, AUTH, CHALLENGE, MAIL, RCPT, DATA, END_OF_DATA, RSET, NOOP, QUIT, IDLE, OTHER
    }

    /** One exception. The counts are of matches, whether or not the rule was spent. */
    private static final class Rule {
        private final Phase phase;
        private final BiPredicate<Connection, Object> applies;
        private final Reaction reaction;
        private int skip;
        private int left = Integer.MAX_VALUE;
        private int onlyConnection;

        Rule(Phase phase, BiPredicate<Connection, Object> applies, Reaction reaction) {
            this.phase = phase;
            this.applies = applies;
            this.reaction = reaction;
        }

        synchronized boolean take(Phase asked, Connection connection, Object subject) {
            boolean elsewhere = onlyConnection != 0 && onlyConnection != connection.id();
            if (asked != phase || left == 0 || elsewhere || !applies.test(connection, subject)) {
                return false;
            }
            if (skip > 0) {
                skip--;
                return false;
            }
            if (left != Integer.MAX_VALUE) {
                left--;
            }
            return true;
        }

        synchronized void skip(int count) {
            skip = count;
        }

        synchronized void limit(int count) {
            left = count;
        }

        synchronized void only(int connectionId) {
            onlyConnection = connectionId;
        }
    }

    private ScriptedBehaviour rule(Phase phase, BiPredicate<Connection, Object> applies, Reaction reaction) {
        rules.add(new Rule(phase, applies, reaction));
        return this;
    }

    private ScriptedBehaviour always(Phase phase, Reaction reaction) {
        return rule(phase, (connection, subject) -> true, reaction);
    }

    private ScriptedBehaviour text(Phase phase, Predicate<String> applies, Reaction reaction) {
        return rule(phase, (connection, subject) -> applies.test((String) subject), reaction);
    }

    private Rule last() {
        if (rules.isEmpty()) {
            throw new IllegalStateException("there is no rule yet to narrow");
        }
        return rules.get(rules.size() - 1);
    }

    private Reaction decide(Phase phase, Connection connection, Object subject) {
        for (Rule rule : rules) {
            if (rule.take(phase, connection, subject)) {
                return rule.reaction;
            }
        }
        return Reaction.proceed();
    }

    /** The last rule holds for its first match only. */
    public ScriptedBehaviour once() {
        return times(1);
    }

    /** The last rule holds for its first {@code count} matches only. */
    public ScriptedBehaviour times(int count) {
        last().limit(count);
        return this;
    }

    /** The last rule lets its first {@code count} matches pass. */
    public ScriptedBehaviour afterFirst(int count) {
        last().skip(count);
        return this;
    }

    /** The last rule holds on this connection only; the first one has the number 1. */
    public ScriptedBehaviour onConnection(int connectionId) {
        last().only(connectionId);
        return this;
    }

    /** Drops every rule: the server accepts everything again. */
    public ScriptedBehaviour clear() {
        rules.clear();
        return this;
    }

    /** Instead of the greeting. */
    public ScriptedBehaviour connect(Reaction reaction) {
        return always(Phase.CONNECT, reaction);
    }

    /** To EHLO. */
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
        return rule(Phase.CHALLENGE, (connection, subject) -> subject.equals(number), reaction);
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
        return rule(Phase.MAIL, (connection, from) -> connection.mailsCarried() >= count, reaction);
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

    /** To the final dot. */
    public ScriptedBehaviour endOfData(Reaction reaction) {
        return always(Phase.END_OF_DATA, reaction);
    }

    /** To the final dot of the mails that match. */
    public ScriptedBehaviour endOfData(Predicate<ReceivedMail> mail, Reaction reaction) {
        return rule(Phase.END_OF_DATA, (connection, subject) -> mail.test((ReceivedMail) subject), reaction);
    }

    /** To RSET. */
    public ScriptedBehaviour rset(Reaction reaction) {
        return always(Phase.RSET, reaction);
    }

    /** To NOOP. */
    public ScriptedBehaviour noop(Reaction reaction) {
        return always(Phase.NOOP, reaction);
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

    @Override
    public Reaction onConnect(Connection connection) {
        return decide(Phase.CONNECT, connection, "");
    }

    @Override
    public Reaction onEhlo(Connection connection, String name) {
        return decide(Phase.EHLO, connection, name);
    }

    @Override
    public Reaction onHelo(Connection connection, String name) {
        return decide(Phase.HELO, connection, name);
    }

    @Override
    public Reaction onStartTls(Connection connection) {
        return decide(Phase.STARTTLS, connection, "");
    }

    @Override
    public Reaction onHandshake(Connection connection) {
        return decide(Phase.HANDSHAKE, connection, "");
    }

    @Override
    public Reaction onAuth(Connection connection, String user, String secret) {
        return decide(Phase.AUTH, connection, user);
    }

    @Override
    public Reaction onChallenge(Connection connection, String mechanism, int number) {
        return decide(Phase.CHALLENGE, connection, number);
    }

    @Override
    public Reaction onMail(Connection connection, String from) {
        return decide(Phase.MAIL, connection, from);
    }

    @Override
    public Reaction onRcpt(Connection connection, String to) {
        return decide(Phase.RCPT, connection, to);
    }

    @Override
    public Reaction onData(Connection connection) {
        return decide(Phase.DATA, connection, "");
    }

    @Override
    public Reaction onEndOfData(Connection connection, ReceivedMail mail) {
        return decide(Phase.END_OF_DATA, connection, mail);
    }

    @Override
    public Reaction onRset(Connection connection) {
        return decide(Phase.RSET, connection, "");
    }

    @Override
    public Reaction onNoop(Connection connection) {
        return decide(Phase.NOOP, connection, "");
    }

    @Override
    public Reaction onQuit(Connection connection) {
        return decide(Phase.QUIT, connection, "");
    }

    @Override
    public Reaction onIdle(Connection connection) {
        return decide(Phase.IDLE, connection, "");
    }

    @Override
    public Reaction onOther(Connection connection, String line) {
        return decide(Phase.OTHER, connection, line);
    }
}
