// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.postlane.outbound.mail.Passage;
import org.postlane.outbound.mail.Verdict;
import org.postlane.schedule.Turn;
import org.postlane.smtp.EnhancedCode;
import org.postlane.smtp.Fault;

/**
 * What an attempt says about its destination, as opposed to its mail: an unknown user, a message that is not liked, or a policy
 * of ours that was not met is no fault of the host's and must not stop the mail of others. Immutable.
 */
final class Standing {
    private static final int CLOSING = 421;

    private enum Kind { WORKS, FAILS, ENOUGH, UNKNOWN }

    private final Kind kind;
    private final String why;

    private Standing(Kind kind, String why) {
        this.kind = kind;
        this.why = why;
    }

    static Standing of(List<Verdict> verdicts) {
        Optional<Verdict> bad = Optional.empty();
        for (Verdict verdict : verdicts) {
            Fault fault = verdict.fault().orElse(null);
            if (fault == null || isAnswered(verdict)) {
                return new Standing(Kind.WORKS, "");
            }
            if ((fault == Fault.HOST || fault == Fault.SESSION) && !isBlameless(verdict)
                && !bad.filter(Verdict::isAmbiguous).isPresent()) {
                // Who may have the mail already must not get it again at once, whatever the host says about the others.
                bad = Optional.of(verdict);
            }
        }
        return bad.map(verdict -> new Standing(verdict.code().filter(code -> code == CLOSING).isPresent()
                && !verdict.isAmbiguous() ? Kind.ENOUGH : Kind.FAILS, forOthers(verdict)))
            .orElse(new Standing(Kind.UNKNOWN, ""));
    }

    /**
     * What may be told to others who wait for the destination. What was said before there was a mail (to the connection, the
     * greeting, EHLO, STARTTLS, AUTH) is about the host; what was said to a mail may name its sender or its recipients.
     */
    private static String forOthers(Verdict verdict) {
        String words = verdict.explanation();
        if (verdict.passage().isEmpty() || words.indexOf('@') < 0) {
            return words;
        }
        String code = Stream.concat(verdict.code().map(String::valueOf).stream(),
            verdict.enhancedCode().map(EnhancedCode::toString).stream()).collect(Collectors.joining(" "));
        return code.isEmpty() ? "4.4.2 The connection broke" : code + " (in answer to a mail)";
    }

    /** Whether the connection broke with several mails on their way, and another of them has spoken for all. */
    private static boolean isBlameless(Verdict verdict) {
        return verdict.passage().filter(Passage::isBlameless).isPresent();
    }

    /** Whether the host answered about the mail, over a connection that had come about, and stayed. */
    private static boolean isAnswered(Verdict verdict) {
        return verdict.passage().isPresent() && verdict.code().filter(code -> code != CLOSING).isPresent();
    }

    /**
     * Ends the turn accordingly.
     *
     * @param mayComeAgain whether the attempt would rather have another turn than be over, where the destination only has enough
     * @return whether it gets another turn
     */
    boolean end(Turn turn, boolean mayComeAgain) {
        switch (kind) {
            case WORKS:
                turn.worked();
                return false;
            case FAILS:
                turn.failed(why);
                return false;
            case ENOUGH:
                if (mayComeAgain) {
                    return turn.again(why);
                }
                turn.failed(why);
                return false;
            default:
                turn.unused();
                return false;
        }
    }
}
