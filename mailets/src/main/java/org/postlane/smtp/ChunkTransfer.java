// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;

/**
 * Content by BDAT (RFC 3030), in counted chunks. The last one leaves only when every chunk before it was taken: so a refused
 * chunk never has the end of the message behind it, and an answer too many shows before it can be mistaken for the last one.
 */
final class ChunkTransfer implements Framing {
    /** "BDAT ", ten digits, " LAST" and CRLF. */
    private static final int HEADER_OCTETS = 22;
    /**
     * The first chunk of a connection, whose answer is waited for: a server that does not know the command that it offers would
     * execute a message as commands, and one octet is no command. (None at all is refused by Postfix.)
     */
    private static final int PROBE_OCTETS = 1;
    private static final int EXCEEDED_STORAGE = 552;

    private final Link link;
    private final ReplyShapes shapes;
    private final boolean pipelining;
    private final boolean binary;
    private final EndOfData end;
    private final ContentPump pump;
    private final DotStuffer lines = DotStuffer.ofLineEnds();
    private CompletableFuture<Reply> chunk = CompletableFuture.completedFuture(null);
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    /** Null when it was done, or where there is nothing to do. */
    private Runnable beforeFirst;
    private boolean begun;
    private Reply unknown;
    private Reply refusal;
    private Throwable failure;

    ChunkTransfer(Link link, ReplyShapes shapes, Content content, EndOfData end, boolean pipelining) {
        this.link = link;
        this.shapes = shapes;
        this.pipelining = pipelining;
        this.binary = content.isBinary();
        this.end = end;
        this.pump = new ContentPump(link, content, this);
    }

    /**
     * Goes on behind the answers to the envelope.
     *
     * @param left told when all of the content has left
     */
    CompletableFuture<TransactionResult> run(RecipientJudge judge, Runnable left, Surroundings around) {
        if (!judge.isAnyAccepted() || !link.dialogue().isIntact()) {
            return CompletableFuture.completedFuture(judge.result());
        }
        if (!link.dialogue().isInSync()) {
            SmtpException tooMany = SmtpException.session("The server sent more replies than it was given commands", null);
            link.dialogue().abort(tooMany);
            return CompletableFuture.failedFuture(tooMany);
        }
        send(left);
        return over.thenCompose(nothing -> conclude(judge, around));
    }

    /**
     * Sends the content right behind the envelope, whose answers are outstanding. The envelope is not written before the first
     * piece of content is there to go with it: the server's time for its answers shall not run while we read.
     *
     * @param begin writes the envelope, without flushing
     */
    CompletableFuture<TransactionResult> runAhead(EnvelopeCommands commands, Runnable begin, Runnable left,
                                                  Surroundings around) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        beforeFirst = () -> {
            begin.run();
            Futures.forward(commands.answered(), answered);
        };
        send(left);
        CompletableFuture<Void> unused = over.thenRun(() -> {
            if (beforeFirst != null) {
                answered.completeExceptionally(failure);
            }
        });
        CompletableFuture<RecipientJudge> judged = answered.thenCompose(nothing -> commands.judge());
        return Futures.recover(judged, why -> beforeFirst == null ? afterLoss(commands, why) : neverBegun(commands, why))
            .thenApply(judge -> {
                if (!judge.isAnyAccepted() && !judge.isAnyUnanswered()) {
                    pump.stop();
                }
                return judge;
            })
            .thenCompose(judge -> over.thenCompose(nothing -> conclude(judge, around)));
    }

    private CompletableFuture<RecipientJudge> afterLoss(EnvelopeCommands commands, Throwable why) {
        boolean turnedAway = link.dialogue().isShuttingDown();
        link.dialogue().abort(Futures.asIoException(why));
        return pump.isLastPieceLeft() && !turnedAway
            ? CompletableFuture.completedFuture(commands.nobodyKnows(Failure.ambiguous(why)))
            : CompletableFuture.failedFuture(why);
    }

    private static CompletableFuture<RecipientJudge> neverBegun(EnvelopeCommands commands, Throwable why) {
        return why instanceof UnreadableContentException
            ? CompletableFuture.completedFuture(commands.nobodyKnows(Failure.lost(why)))
            : CompletableFuture.failedFuture(
                new StaleConnectionException("The connection died in reserve: " + why.getMessage(), false, why));
    }

    /** After it, {@code over} completes when everything that was sent is answered or never will be. */
    private void send(Runnable left) {
        // Nothing is expected of the server while we read, so nothing else would tell.
        link.dialogue().onEnd(pump::cancel);
        CompletableFuture<Boolean> unused = pump.start()
            .whenComplete((complete, thrown) -> link.onEventLoop(() -> afterSending(left, thrown)));
    }

    private void afterSending(Runnable left, Throwable thrown) {
        link.dialogue().onEnd(why -> { });
        if (pump.isComplete()) {
            end.startClock();
            left.run();
            return;
        }
        if (thrown != null) {
            failure = Futures.rootOf(thrown);
            if (!(failure instanceof UnreadableContentException)) {
                link.dialogue().abort(Futures.asIoException(failure));
            }
        }
        if (!pump.isLastPieceLeft()) {
            // Without the last chunk nothing counts, and RSET ends what there is of the transaction.
            Futures.forward(chunk.handle((reply, lost) -> null), over);
        }
    }

    private CompletableFuture<TransactionResult> conclude(RecipientJudge judge, Surroundings around) {
        if (unknown != null) {
            ExtensionBrokenException broken = new ExtensionBrokenException("CHUNKING", unknown);
            link.dialogue().abort(broken);
            return CompletableFuture.failedFuture(broken);
        }
        if (pump.isLastPieceLeft() && (judge.isAnyAccepted() || judge.isAnyUnanswered())) {
            return end.confirm(judge, around::areInStep).thenApply(nothing -> {
                end.judge(judge, true, around);
                end.first().filter(this::isAboutSize).ifPresent(reply -> leave(reply, around));
                return judge.result();
            });
        }
        if (refusal != null && !pump.isLastPieceLeft()) {
            return refused(judge, around);
        }
        if (pump.isLastPieceLeft()) {
            end.judgeForNobody(judge, around);
        } else if (failure != null) {
            judge.lost(false, failure);
        }
        return CompletableFuture.completedFuture(judge.result());
    }

    /** A chunk was refused, or got a recipient's refusal by an answer too many; in neither case has anything arrived. */
    private CompletableFuture<TransactionResult> refused(RecipientJudge judge, Surroundings around) {
        CompletableFuture<Boolean> sure = refusal.isPermanent() && judge.isAnyAccepted() ? around.areInStep()
            : CompletableFuture.completedFuture(true);
        return sure.thenApply(inStep -> {
            if (inStep) {
                judge.settleAccepted(Fault.MESSAGE, refusal);
            } else {
                IOException outOfStep = new ProtocolViolationException("The server's answers are out of step: " + refusal);
                judge.lost(false, outOfStep);
                judge.distrust(Failure.Persistence.TEMPORARY, outOfStep.getMessage());
            }
            leave(refusal, around);
            return judge.result();
        });
    }

    /** In LMTP the replies are about mailboxes, once everything was read. */
    private boolean isAboutSize(Reply reply) {
        return !link.isLmtp()
            && reply.enhancedCode().map(code -> code.isAbout("3.4")).orElse(reply.code() == EXCEEDED_STORAGE);
    }

    /** A server that refuses a chunk before its end may take the rest for commands: Exim 4.96 does with its last octets. */
    private void leave(Reply reply, Surroundings around) {
        if (!around.isFollowed()) {
            link.dialogue().abort(new IOException("A refused chunk may not have been read whole: " + reply));
        }
    }

    @Override
    public int nextOctets() {
        return begun || shapes.areChunksKnown() ? SmtpLimits.CONTENT_CHUNK_OCTETS : PROBE_OCTETS;
    }

    @Override
    public int usualRoom(int octets) {
        return HEADER_OCTETS + DotStuffer.usualCase(octets);
    }

    @Override
    public void frame(byte[] octets, boolean last, ByteBuf framed) {
        begun = true;
        framed.writerIndex(HEADER_OCTETS);
        if (binary) {
            framed.writeBytes(octets);
        } else {
            lines.encode(octets, octets.length, framed);
            if (last) {
                lines.end(framed);
            }
        }
        byte[] header = ("BDAT " + (framed.writerIndex() - HEADER_OCTETS) + (last ? " LAST\r\n" : "\r\n")).getBytes(US_ASCII);
        framed.readerIndex(HEADER_OCTETS - header.length).setBytes(HEADER_OCTETS - header.length, header);
    }

    @Override
    public CompletableFuture<Boolean> mayLeave(boolean last) {
        return last || !pipelining || !shapes.areChunksKnown()
            ? chunk.thenApply(reply -> refusal == null)
            : CompletableFuture.completedFuture(refusal == null);
    }

    @Override
    public void leaving(boolean last) {
        if (beforeFirst != null) {
            beforeFirst.run();
            beforeFirst = null;
        }
        if (last) {
            end.expect(pump);
            Futures.forward(end.answered(), over);
            return;
        }
        chunk = link.dialogue().expect("a chunk of the content", link.timeouts().endOfData()).thenApply(reply -> {
            if (reply.isIntermediate()) {
                SmtpException unused = link.violated("a chunk", reply);
            } else if (reply.isPositive()) {
                shapes.learnChunks();
            } else if (refusal == null) {
                refusal = reply;
                unknown = reply.isPermanent() && !shapes.areChunksKnown() ? reply : null;
            }
            return reply;
        });
    }
}
