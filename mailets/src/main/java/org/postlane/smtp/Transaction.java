// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.netty.channel.Channel;

/**
 * One mail transaction (RFC 5321 3.3): MAIL, RCPT, DATA and the content. Where the server offers PIPELINING the commands go
 * out in one piece (RFC 2920), with the RSET that a used connection needs in front; otherwise one after the other. The
 * replies are judged in one place, so the outcome does not depend on which way they came.
 */
final class Transaction {
    private final Dialogue dialogue;
    private final Channel channel;
    private final Executor reader;
    private final SmtpTimeouts timeouts;
    private final Capabilities capabilities;
    private final Envelope envelope;
    private final Content content;
    private final boolean reused;
    private final boolean resetFirst;

    private CompletableFuture<Reply> reset;
    private CompletableFuture<Reply> mail;
    private final List<CompletableFuture<Reply>> rcpts = new ArrayList<>();
    private CompletableFuture<Reply> data;

    Transaction(Dialogue dialogue, Channel channel, Executor reader, SmtpTimeouts timeouts, Capabilities capabilities,
                Envelope envelope, Content content, boolean reused, boolean resetFirst) {
        this.dialogue = dialogue;
        this.channel = channel;
        this.reader = reader;
        this.timeouts = timeouts;
        this.capabilities = capabilities;
        this.envelope = envelope;
        this.content = content;
        this.reused = reused;
        this.resetFirst = resetFirst;
    }

    CompletableFuture<TransactionResult> run() {
        CompletableFuture<Void> answered = capabilities.offers("PIPELINING") ? pipelined() : oneByOne();
        return answered.thenCompose(nothing -> afterCommands());
    }

    /** Completes when the last command has its answer, or when no answer will come any more. */
    private CompletableFuture<Void> pipelined() {
        if (resetFirst) {
            reset = dialogue.command("RSET", timeouts.command());
        }
        mail = dialogue.command(mailCommand(), timeouts.command());
        for (Envelope.Recipient recipient : envelope.recipients()) {
            rcpts.add(dialogue.command(rcptCommand(recipient), timeouts.command()));
        }
        data = dialogue.ask("DATA", timeouts.data());
        return data.handle((reply, lost) -> null);
    }

    private CompletableFuture<Void> oneByOne() {
        CompletableFuture<Void> ready = CompletableFuture.completedFuture(null);
        if (resetFirst) {
            reset = say("RSET");
            ready = reset.handle((reply, lost) -> null);
        }
        return ready.thenCompose(nothing -> {
            if (reset != null && !isPositive(reset)) {
                return CompletableFuture.completedFuture(null);
            }
            mail = say(mailCommand());
            return mail.<Void>handle((reply, lost) -> null).thenCompose(answered -> isPositive(mail) ? nextRcpt(0)
                : CompletableFuture.completedFuture(null));
        });
    }

    private CompletableFuture<Void> nextRcpt(int index) {
        if (index < envelope.recipients().size()) {
            CompletableFuture<Reply> rcpt = say(rcptCommand(envelope.recipients().get(index)));
            rcpts.add(rcpt);
            return rcpt.<Void>handle((reply, lost) -> null).thenComposeAsync(nothing -> nextRcpt(index + 1), channel.eventLoop());
        }
        if (rcpts.stream().noneMatch(Transaction::isPositive)) {
            return CompletableFuture.completedFuture(null);
        }
        data = dialogue.ask("DATA", timeouts.data());
        return data.handle((reply, lost) -> null);
    }

    private CompletableFuture<Reply> say(String command) {
        return dialogue.ask(command, timeouts.command());
    }

    private String mailCommand() {
        return "MAIL FROM:" + envelope.sender()
            + (capabilities.offers("SIZE") ? " SIZE=" + content.size() : "")
            + (content.isEightBit() ? " BODY=8BITMIME" : "")
            + envelope.mailParameters(capabilities);
    }

    private String rcptCommand(Envelope.Recipient recipient) {
        return "RCPT TO:" + recipient.path() + recipient.parameters(capabilities);
    }

    private CompletableFuture<TransactionResult> afterCommands() {
        if (reset != null && !isPositive(reset)) {
            boolean refused = !reset.isCompletedExceptionally() && reset.join().code() != Reply.CLOSING;
            // MAIL and DATA may already be on their way: without a final dot nothing of them counts.
            StaleConnectionException stale = new StaleConnectionException(refused
                ? "RSET was refused: " + reset.join() : "The connection died in reserve: " + fateOf(reset), refused,
                causeOf(reset));
            dialogue.abort(stale);
            return CompletableFuture.failedFuture(stale);
        }
        if (mail.isCompletedExceptionally()) {
            return CompletableFuture.failedFuture(lostBefore(mail));
        }
        Reply mailReply = mail.join();
        if (mailReply.code() == Reply.CLOSING && reused) {
            return CompletableFuture.failedFuture(
                new StaleConnectionException("The connection died in reserve: " + mailReply, false, null));
        }
        if (mailReply.isIntermediate()) {
            return violated("MAIL", mailReply);
        }
        RecipientJudge judge = new RecipientJudge(envelope.recipients().size());
        if (!mailReply.isPositive()) {
            judge.refuseAll(mailReply.isPermanent() ? Fault.MESSAGE : Fault.HOST, mailReply);
        } else {
            judge.judge(rcpts);
        }
        return judge.sawViolation() ? violated("RCPT", judge.violation()) : afterRcpt(judge);
    }

    private CompletableFuture<TransactionResult> afterRcpt(RecipientJudge judge) {
        if (data == null || data.isCompletedExceptionally()) {
            judge.deferOpen(Fault.SESSION, data == null ? "No recipient was accepted" : causeOf(data).getMessage());
            return CompletableFuture.completedFuture(judge.result());
        }
        Reply dataReply = data.join();
        if (dialogue.hasUnreadOctets()) {
            // A reply too many: the ones already read may each belong to the command before.
            return violated("the commands before the content with a reply too many, lastly", dataReply);
        }
        if (dataReply.code() == Reply.START_CONTENT) {
            return judge.isAnyAccepted() ? sendContent(judge) : withdraw(judge);
        }
        if (dataReply.isPositive() || dataReply.isIntermediate()) {
            return violated("DATA", dataReply);
        }
        judge.refuseAccepted(dataReply.isPermanent() ? Fault.MESSAGE : Fault.HOST, dataReply);
        return judge.isAnyAccepted() ? confirmInStep(judge) : CompletableFuture.completedFuture(judge.result());
    }

    /**
     * DATA refused although recipients were accepted is rare, and looks just like one reply too many before it, which gives
     * everybody the refusal of the last recipient. One RSET tells them apart: out of step, it gets what DATA was really told.
     */
    private CompletableFuture<TransactionResult> confirmInStep(RecipientJudge judge) {
        CompletableFuture<Reply> confirmed = say("RSET");
        return confirmed.handle((reply, lost) -> reply == null || reply.isPositive())
            .thenCompose(inStep -> inStep
                ? CompletableFuture.completedFuture(judge.result())
                : violated("RSET", confirmed.join()));
    }

    /** RFC 2920 3.1: the server waits for content although it accepted nobody. A lone dot ends that; its answer says nothing. */
    private CompletableFuture<TransactionResult> withdraw(RecipientJudge judge) {
        return say(".").handle((reply, lost) -> {
            if (reply != null && reply.isIntermediate()) {
                dialogue.abort(new ProtocolViolationException("The server answered the end of data with " + reply));
            }
            return judge.result();
        });
    }

    private CompletableFuture<TransactionResult> sendContent(RecipientJudge judge) {
        CompletableFuture<Reply> endOfData = dialogue.expectUntimed("the end of data");
        ContentPump pump = new ContentPump(channel, content, reader, timeouts.block());
        CompletableFuture<Void> unused = pump.start().whenCompleteAsync((nothing, failure) -> {
            if (failure == null) {
                dialogue.limitTo(timeouts.endOfData());
            } else {
                // An unfinished message must not look finished: no dot, and nobody uses the connection again.
                dialogue.abort(failure instanceof IOException ? (IOException) failure : new IOException(failure));
            }
        }, channel.eventLoop());
        return endOfData.handle((reply, lost) -> {
            if (reply == null) {
                judge.lost(pump.isDotSent(), Futures.rootOf(lost).getMessage());
            } else {
                judgeEndOfData(judge, reply, pump.isComplete());
            }
            return judge.result();
        });
    }

    private void judgeEndOfData(RecipientJudge judge, Reply reply, boolean complete) {
        if (reply.isPositive() && complete) {
            judge.deliver(reply);
        } else if (reply.isTemporary() || reply.isPermanent()) {
            judge.refuseAccepted(reply.code() == Reply.CLOSING ? Fault.HOST : Fault.MESSAGE, reply);
        } else {
            judge.lost(true, "The answer to the content makes no sense: " + reply);
            dialogue.abort(new ProtocolViolationException("The server answered the content with " + reply));
        }
        if (!complete) {
            dialogue.abort(new IOException("The server answered before the content was complete: " + reply));
        }
    }

    private CompletableFuture<TransactionResult> violated(String command, Reply reply) {
        ProtocolViolationException violation =
            new ProtocolViolationException("The server answered " + command + " with " + reply);
        dialogue.abort(violation);
        return CompletableFuture.failedFuture(SmtpException.session(violation.getMessage(), violation));
    }

    private SmtpException lostBefore(CompletableFuture<Reply> lost) {
        Throwable cause = causeOf(lost);
        return reused
            ? new StaleConnectionException("The connection died in reserve: " + cause.getMessage(), false, cause)
            : SmtpException.session(cause.getMessage(), cause);
    }

    static boolean isPositive(CompletableFuture<Reply> reply) {
        return !reply.isCompletedExceptionally() && reply.join().isPositive();
    }

    private static String fateOf(CompletableFuture<Reply> reply) {
        return reply.isCompletedExceptionally() ? causeOf(reply).getMessage() : reply.join().toString();
    }

    static Throwable causeOf(CompletableFuture<?> failed) {
        return failed.isCompletedExceptionally() ? Futures.rootOf(failed.handle((value, failure) -> failure).join()) : null;
    }
}
