// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The answer to the end of the content, be it the final dot or BDAT LAST, and what it means for the accepted recipients: one
 * reply for all in SMTP, one for each in LMTP (RFC 2033 4.2).
 */
final class EndOfData {
    private final Link link;
    private final ReplyShapes shapes;
    private final EnvelopeCommands commands;
    private ContentPump pump;
    private Expected expected;
    /** Null until all of the content has left. */
    private PhaseListener.Span phase;

    EndOfData(Link link, ReplyShapes shapes, EnvelopeCommands commands) {
        this.link = link;
        this.shapes = shapes;
        this.commands = commands;
    }

    /** To be called before the last of the content leaves: an answer may come early. */
    void expect(ContentPump content) {
        pump = content;
        expected = link.dialogue().expect(new Expected("the end of data", this::due, null));
    }

    /** An answer that comes before the content has left is about the session as a whole, and the last one. */
    private int due() {
        return link.isLmtp() && pump.isComplete() ? Math.max(1, commands.accepted()) : 1;
    }

    /** All of the content has left: the server's time runs from now on. */
    void startClock() {
        pump.left();
        phase = link.begin(PhaseListener.Phase.FINAL_REPLY);
        link.dialogue().limit(expected, link.timeouts().endOfData());
    }

    /** Completes when the answer is there, or will never be. */
    CompletableFuture<Void> answered() {
        return expected.reply().handle((reply, lost) -> {
            if (phase != null && lost == null) {
                phase.end();
            }
            return null;
        });
    }

    /** Whether the last piece of the content may have left. */
    boolean isLastPieceLeft() {
        return pump != null && pump.isLastPieceLeft();
    }

    /** Whether the answer is there. */
    boolean isAnswered() {
        return expected != null && expected.reply().isDone() && !expected.reply().isCompletedExceptionally();
    }

    /** The first reply, where there is one. */
    Optional<Reply> first() {
        return expected.received().stream().findFirst();
    }

    /**
     * Makes sure that a refusal for good is one. Where other commands' answers were outstanding it may be theirs, moved by an
     * answer too many or too few; the mail may then have arrived, and must not bounce.
     *
     * @param inStep asks whether the answers behind this one are in their places
     */
    CompletableFuture<Void> confirm(RecipientJudge judge, Supplier<CompletableFuture<Boolean>> inStep) {
        if (expected.received().stream().noneMatch(Reply::isPermanent)) {
            return CompletableFuture.completedFuture(null);
        }
        return inStep.get().thenAccept(sure -> {
            if (!sure) {
                ProtocolViolationException outOfStep = new ProtocolViolationException(
                    "The server refused the content, and its answers are out of step: " + expected.received());
                judge.lost(true, outOfStep);
                judge.distrust(Failure.Persistence.AMBIGUOUS, outOfStep.getMessage());
                link.dialogue().abort(outOfStep);
            }
        });
    }

    /** The server answered a message that it accepted nobody for: the only good answer is a bad one. */
    void judgeForNobody(RecipientJudge judge, Surroundings around) {
        Optional<Reply> wrong = first().filter(reply -> !reply.isTemporary() && !reply.isPermanent());
        if (wrong.isPresent() || (first().isEmpty() && around.isAhead())) {
            String why = wrong.map(reply -> link.violated("content for nobody", reply).getMessage())
                .orElseGet(() -> EnvelopeCommands.causeOf(expected.reply()).getMessage());
            judge.distrust(Failure.Persistence.AMBIGUOUS, why);
        }
    }

    /**
     * Gives the accepted recipients their outcome.
     *
     * @param around what else was on its way: a good answer to the content in its place vouches for those before it, and without
     *     it the refusal of one recipient may belong to another
     */
    void judge(RecipientJudge judge, boolean chunked, Surroundings around) {
        boolean atRisk = around.isAtRisk();
        List<Reply> replies = expected.received();
        boolean complete = pump.isComplete();
        for (Reply reply : replies) {
            boolean good = reply.isPositive() && complete && !(atRisk && shapes.looksMisplaced(reply));
            // After an answer too few the end waits for its own until the server is tired of us, and says so.
            boolean doubtful = around.isAhead() && reply.code() == Reply.CLOSING;
            if (good || (reply.isTemporary() && !doubtful) || reply.isPermanent()) {
                settle(judge, reply);
            } else {
                SmtpException violation = link.violated("the content", reply);
                judge.lost(true, violation);
                if (around.isAhead()) {
                    judge.distrust(Failure.Persistence.AMBIGUOUS, violation.getMessage());
                }
                return;
            }
        }
        if (expected.reply().isCompletedExceptionally()) {
            // A 421 to something before the content ended the session before the content counted.
            boolean turnedAway = link.dialogue().isShuttingDown() && replies.isEmpty();
            Throwable why = EnvelopeCommands.causeOf(expected.reply());
            judge.lost(pump.isLastPieceLeft() && !turnedAway, why);
            if (around.isAhead() && !turnedAway) {
                judge.distrust(Failure.Persistence.AMBIGUOUS, why.getMessage());
            }
        } else if (!complete) {
            judge.lost(false, new IOException("The server answered before the content was complete: " + replies));
            link.dialogue().abort(new IOException("The server answered before the content was complete: " + replies));
        } else if (!atRisk && replies.get(0).isPositive() && around.mayLearn()) {
            commands.teach(shapes, chunked, replies.get(0));
        }
    }

    private void settle(RecipientJudge judge, Reply reply) {
        if (link.isLmtp()) {
            judge.settleNext(reply);
        } else {
            judge.settleAccepted(Fault.MESSAGE, reply);
        }
    }
}
