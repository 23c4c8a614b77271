// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;

/** The rules of a {@link ScriptedBehaviour}, in the order in which they were given. */
final class RuleBook {
    private final List<Rule> rules = new CopyOnWriteArrayList<>();

    /** When the server is asked. */
    enum Phase {
        CONNECT, EHLO, HELO, STARTTLS, HANDSHAKE, AUTH, CHALLENGE, MAIL, RCPT, DATA, BDAT_UNKNOWN, BDAT_OCTETS, BDAT, END_OF_DATA,
        RSET, NOOP, VRFY, EXPN, HELP, QUIT, IDLE, OTHER
    }

    void add(Phase phase, BiPredicate<Connection, Object> applies, Reaction reaction) {
        rules.add(new Rule(phase, applies, reaction));
    }

    Rule last() {
        if (rules.isEmpty()) {
            throw new IllegalStateException("there is no rule yet to narrow");
        }
        return rules.get(rules.size() - 1);
    }

    void clear() {
        rules.clear();
    }

    /** The reaction of the first rule that applies, which is spent by that once more. */
    Optional<Reaction> find(Phase phase, Connection connection, Object subject) {
        for (Rule rule : rules) {
            if (rule.take(phase, connection, subject)) {
                return Optional.of(rule.reaction);
            }
        }
        return Optional.empty();
    }

    /** One exception. The counts are of matches, whether or not the rule was spent. */
    static final class Rule {
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
}
