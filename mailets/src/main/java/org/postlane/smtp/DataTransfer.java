// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;

/**
 * Content by DATA (RFC 5321 4.1.1.4), dot-stuffed. The 354 in front of it proves that every answer before it was in its place.
 */
final class DataTransfer implements Framing {
    private final Link link;
    private final EndOfData end;
    private final ContentPump pump;
    private final DotStuffer stuffer = new DotStuffer();

    DataTransfer(Link link, Content content, EndOfData end) {
        this.link = link;
        this.end = end;
        this.pump = new ContentPump(link, content, this);
    }

    /** Goes on behind the answers to the envelope, where each command waits for the answer to the one before. */
    CompletableFuture<TransactionResult> runInTurn(RecipientJudge judge, Runnable left, Surroundings around) {
        if (!judge.isAnyAccepted()) {
            return CompletableFuture.completedFuture(judge.result());
        }
        CompletableFuture<Reply> data = link.dialogue().ask("DATA", link.timeouts().data());
        return data.handle((reply, lost) -> null).thenCompose(nothing -> afterData(judge, data, left, around));
    }

    /**
     * Goes on behind the answers to the envelope and to DATA, which went out in one piece.
     *
     * @param data the answer to DATA, complete
     * @param left told when all of the content has left
     */
    CompletableFuture<TransactionResult> run(RecipientJudge judge, CompletableFuture<Reply> data, Runnable left,
                                             Surroundings around) {
        if (data.isCompletedExceptionally()) {
            judge.distrustAfter(EnvelopeCommands.causeOf(data));
        }
        return afterData(judge, data, left, around);
    }

    private CompletableFuture<TransactionResult> afterData(RecipientJudge judge, CompletableFuture<Reply> data, Runnable left,
                                                           Surroundings around) {
        if (data.isCompletedExceptionally()) {
            judge.settleOpen(Failure.lost(EnvelopeCommands.causeOf(data)));
            return CompletableFuture.completedFuture(judge.result());
        }
        Reply reply = data.join();
        if (link.dialogue().hasUnreadOctets()) {
            // A reply too many: the ones already read may each belong to the command before.
            return CompletableFuture.failedFuture(
                link.violated("the commands before the content with a reply too many, lastly", reply));
        }
        if (reply.code() == Reply.START_CONTENT) {
            return judge.isAnyAccepted() ? sendContent(judge, left, around) : withdraw(judge);
        }
        if (reply.isPositive() || reply.isIntermediate()) {
            return CompletableFuture.failedFuture(link.violated("DATA", reply));
        }
        boolean refusedThoughAccepted = judge.isAnyAccepted();
        judge.settleAccepted(reply.isPermanent() ? Fault.MESSAGE : Fault.HOST, reply);
        return refusedThoughAccepted ? confirmInStep(judge) : CompletableFuture.completedFuture(judge.result());
    }

    /**
     * DATA refused although recipients were accepted is rare, and looks just like one reply too many before it, which gives
     * everybody the refusal of the last recipient. One RSET tells them apart: out of step, it gets what DATA was really told.
     */
    private CompletableFuture<TransactionResult> confirmInStep(RecipientJudge judge) {
        CompletableFuture<Reply> confirmed = link.say("RSET");
        return confirmed.handle((reply, lost) -> {
            if (reply == null) {
                judge.distrust(Failure.Persistence.TEMPORARY, Futures.rootOf(lost).getMessage());
            }
            return reply == null || reply.isPositive();
        }).thenCompose(inStep -> inStep
            ? CompletableFuture.completedFuture(judge.result())
            : CompletableFuture.failedFuture(link.violated("RSET", confirmed.join())));
    }

    /** RFC 2920 3.1: the server waits for content although it accepted nobody. A lone dot ends that; its answer says nothing. */
    private CompletableFuture<TransactionResult> withdraw(RecipientJudge judge) {
        if (link.isLmtp()) {
            // RFC 2033 4.2 forbids this 354, and leaves open how many replies a dot for nobody gets.
            link.dialogue().abort(new ProtocolViolationException("The server waits for content for nobody"));
            return CompletableFuture.completedFuture(judge.result());
        }
        return link.say(".").handle((reply, lost) -> {
            if (reply != null && reply.isIntermediate()) {
                link.dialogue().abort(new ProtocolViolationException("The server answered the end of data with " + reply));
            }
            return judge.result();
        });
    }

    private CompletableFuture<TransactionResult> sendContent(RecipientJudge judge, Runnable left, Surroundings around) {
        // An answer may come while content is still leaving, a refusal of its size for one.
        end.expect(pump);
        CompletableFuture<Boolean> unused = pump.start().whenComplete((complete, failure) -> link.onEventLoop(() -> {
            if (failure == null) {
                end.startClock();
                left.run();
            } else {
                // An unfinished message must not look finished: no dot, and nobody uses the connection again.
                link.dialogue().abort(Futures.asIoException(failure));
            }
        }));
        return end.answered().thenCompose(nothing -> end.confirm(judge, around::areInStep)).thenApply(nothing -> {
            end.judge(judge, false, around);
            return judge.result();
        });
    }

    @Override
    public int nextOctets() {
        return SmtpLimits.CONTENT_CHUNK_OCTETS;
    }

    @Override
    public int usualRoom(int octets) {
        return DotStuffer.usualCase(octets);
    }

    @Override
    public void frame(byte[] octets, boolean last, ByteBuf framed) {
        stuffer.encode(octets, octets.length, framed);
        if (last) {
            stuffer.end(framed);
        }
    }

    @Override
    public CompletableFuture<Boolean> mayLeave(boolean last) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void leaving(boolean last) {
        // The answer is expected from the start.
    }
}
