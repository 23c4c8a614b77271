// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * MAIL and RCPT of one transaction, with the RSET that a used connection needs in front, and what their answers mean. Where
 * the server offers PIPELINING they go out in one piece (RFC 2920), otherwise one after the other; the answers are judged in one
 * place, so the outcome does not depend on which way they came.
 */
final class EnvelopeCommands {
    private final Link link;
    private final Capabilities capabilities;
    private final Envelope envelope;
    private final Content content;
    private final boolean reused;
    private boolean pipelined;

    private CompletableFuture<Reply> reset;
    private CompletableFuture<Reply> mail;
    private PhaseListener.Span phase;
    private final List<CompletableFuture<Reply>> rcpts = new ArrayList<>();

    /**
     * Commands to be sent.
     *
     * @param reused whether the connection had carried something before, so that it may have died in reserve
     */
    EnvelopeCommands(Link link, Capabilities capabilities, Envelope envelope, Content content, boolean reused) {
        this.link = link;
        this.capabilities = capabilities;
        this.envelope = envelope;
        this.content = content;
        this.reused = reused;
    }

    /** Writes all of it, without flushing. */
    void pipeline(boolean resetFirst) {
        pipelined = true;
        phase = link.begin(PhaseListener.Phase.ENVELOPE);
        if (resetFirst) {
            reset = write("RSET");
        }
        mail = write(mailCommand());
        for (Envelope.Recipient recipient : envelope.recipients()) {
            rcpts.add(write(rcptCommand(recipient)));
        }
    }

    /** Sends one after the other; completes when nothing is left to ask. */
    CompletableFuture<Void> sendInTurn(boolean resetFirst) {
        phase = link.begin(PhaseListener.Phase.ENVELOPE);
        CompletableFuture<Void> ready = CompletableFuture.completedFuture(null);
        if (resetFirst) {
            reset = link.say("RSET");
            ready = reset.handle((reply, lost) -> null);
        }
        return ready.thenCompose(nothing -> {
            if (reset != null && !isPositive(reset)) {
                return CompletableFuture.completedFuture(null);
            }
            mail = link.say(mailCommand());
            return mail.<Void>handle((reply, lost) -> null).thenCompose(answered -> isPositive(mail) ? nextRcpt(0)
                : CompletableFuture.completedFuture(null));
        });
    }

    private CompletableFuture<Void> nextRcpt(int index) {
        if (index == envelope.recipients().size()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Reply> rcpt = link.say(rcptCommand(envelope.recipients().get(index)));
        rcpts.add(rcpt);
        return rcpt.<Void>handle((reply, lost) -> null)
            .thenComposeAsync(nothing -> nextRcpt(index + 1), link.channel().eventLoop());
    }

    private CompletableFuture<Reply> write(String command) {
        return link.dialogue().command(command, link.timeouts().command());
    }

    private String mailCommand() {
        return "MAIL FROM:" + envelope.sender()
            + (capabilities.offers("SIZE") ? " SIZE=" + content.size() : "")
            + (content.isBinary() ? " BODY=BINARYMIME" : content.isEightBit() ? " BODY=8BITMIME" : "")
            + envelope.mailParameters(capabilities);
    }

    private String rcptCommand(Envelope.Recipient recipient) {
        return "RCPT TO:" + recipient.path() + recipient.parameters(capabilities);
    }

    /** Completes when the last command that was written has its answer, or when no answer will come any more. */
    CompletableFuture<Void> answered() {
        return rcpts.get(rcpts.size() - 1).handle((reply, lost) -> null);
    }

    boolean isMailAccepted() {
        return mail != null && isPositive(mail);
    }

    /** The answer to the RSET in front, which was sent. */
    CompletableFuture<Reply> reset() {
        return reset;
    }

    /** The outcome where no answer says anything: the same for all recipients. */
    RecipientJudge nobodyKnows(Failure why) {
        RecipientJudge judge = new RecipientJudge(envelope.recipients().size(), capabilities.offers(Envelope.DSN));
        judge.settleOpen(why);
        return judge;
    }

    /** How many recipients have been accepted so far. */
    int accepted() {
        return (int) rcpts.stream().filter(EnvelopeCommands::isPositive).count();
    }

    /** The outcome of the refused ones. Fails as {@link SmtpConnection#send} does where there is no outcome for anybody. */
    CompletableFuture<RecipientJudge> judge() {
        if (reset != null && !isPositive(reset)) {
            return CompletableFuture.failedFuture(notReset());
        }
        if (mail.isCompletedExceptionally()) {
            return CompletableFuture.failedFuture(lostBefore(causeOf(mail)));
        }
        Reply mailReply = mail.join();
        phase.end();
        if (mailReply.code() == Reply.CLOSING && reused) {
            return CompletableFuture.failedFuture(
                new StaleConnectionException("The connection died in reserve: " + mailReply, false, null));
        }
        if (mailReply.isIntermediate()) {
            return CompletableFuture.failedFuture(link.violated("MAIL", mailReply));
        }
        RecipientJudge judge = new RecipientJudge(envelope.recipients().size(), capabilities.offers(Envelope.DSN));
        if (mailReply.isPositive()) {
            judge.judge(rcpts);
            if (pipelined) {
                judge.distrustAfter(causeOf(rcpts.get(rcpts.size() - 1)));
            }
        } else if (accepted() > 0) {
            // Accepted for whom? Perhaps for the sender of a transaction before this one.
            return CompletableFuture.failedFuture(link.violated("RCPT as accepted although it had refused MAIL", mailReply));
        } else {
            judge.refuseAll(mailReply.isPermanent() ? Fault.MESSAGE : Fault.HOST, mailReply);
        }
        return judge.sawViolation()
            ? CompletableFuture.failedFuture(link.violated("RCPT", judge.violation()))
            : CompletableFuture.completedFuture(judge);
    }

    private SmtpException notReset() {
        boolean answered = !reset.isCompletedExceptionally();
        if (!answered && causeOf(reset) instanceof ReplyTimeoutException) {
            return SmtpException.lost(causeOf(reset));
        }
        boolean refused = answered && reset.join().code() != Reply.CLOSING;
        // MAIL and DATA may already be on their way: without the end of data nothing of them counts.
        StaleConnectionException stale = new StaleConnectionException(refused
            ? "RSET was refused: " + reset.join()
            : "The connection died in reserve: " + (answered ? reset.join() : causeOf(reset).getMessage()), refused,
            causeOf(reset));
        link.dialogue().abort(stale);
        return stale;
    }

    private SmtpException lostBefore(Throwable cause) {
        return reused && !(cause instanceof ReplyTimeoutException)
            ? new StaleConnectionException("The connection died in reserve: " + cause.getMessage(), false, cause)
            : SmtpException.lost(cause);
    }

    /** Tells what good answers look like, after a transaction that went cleanly. */
    void teach(ReplyShapes shapes, boolean chunked, Reply endReply) {
        if (reset != null) {
            shapes.learnReset(reset.join());
        }
        rcpts.stream().filter(EnvelopeCommands::isPositive).findFirst()
            .ifPresent(rcpt -> shapes.learn(chunked, mail.join(), rcpt.join(), endReply));
    }

    private static boolean isPositive(CompletableFuture<Reply> reply) {
        return reply.isDone() && !reply.isCompletedExceptionally() && reply.join().isPositive();
    }

    static Throwable causeOf(CompletableFuture<?> failed) {
        return failed.isCompletedExceptionally() ? Futures.rootOf(failed.handle((value, failure) -> failure).join()) : null;
    }
}
