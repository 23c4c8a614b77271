// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Content by BDAT (RFC 3030), in counted chunks. The last one leaves only when every chunk before it was taken: so a refused
 * chunk never has the end of the message behind it, and an answer too many shows before it can be mistaken for the last one.
 */
final class ChunkTransfer implements Framing {
    /** "BDAT ", ten digits, " LAST" and CRLF. */
    private static final int HEADER_OCTETS = 22;
    private static final int EXCEEDED_STORAGE = 552;
    /** RFC 5321 4.2.4: what a server says to a command that it does not know, or not here. */
    private static final Set<Integer> UNKNOWN_COMMAND = Set.of(500, 502, 503, 504);

    private final Link link;
    private final boolean pipelining;
    private final boolean binary;
    private final EndOfData end;
    private final ContentPump pump;
    private final DotStuffer lines = DotStuffer.ofLineEnds();
    private CompletableFuture<Reply> chunk = CompletableFuture.completedFuture(null);
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private Reply firstChunk;
    private Reply refusal;
    private Throwable failure;

    ChunkTransfer(Link link, Content content, EndOfData end, boolean pipelining) {
        this.link = link;
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
        return over.thenCompose(nothing -> {
            Optional<ExtensionBrokenException> broken = brokenExtension();
            return broken.isPresent() ? CompletableFuture.failedFuture(broken.get()) : conclude(judge, around);
        });
    }

    /** Sends the content right behind the envelope, whose answers are outstanding. */
    CompletableFuture<TransactionResult> runAhead(EnvelopeCommands commands, Runnable left, Surroundings around) {
        send(left);
        CompletableFuture<RecipientJudge> judged = commands.answered().thenCompose(nothing -> commands.judge());
        CompletableFuture<RecipientJudge> outcome = Futures.recover(judged, why -> {
            boolean turnedAway = link.dialogue().isShuttingDown();
            link.dialogue().abort(Futures.asIoException(why));
            return pump.isLastPieceLeft() && !turnedAway
                ? CompletableFuture.completedFuture(commands.nobodyKnows(why))
                : CompletableFuture.failedFuture(why);
        }).thenApply(judge -> {
            if (!judge.isAnyAccepted() && !judge.isAnyUnanswered()) {
                pump.stop();
            }
            return judge;
        });
        return outcome.thenCompose(judge -> over.thenCompose(nothing -> conclude(judge, around)));
    }

    /** After it, {@code over} completes when everything that was sent is answered or never will be. */
    private void send(Runnable left) {
        CompletableFuture<Boolean> unused = pump.start()
            .whenComplete((complete, thrown) -> link.onEventLoop(() -> afterSending(left, thrown)));
    }

    private void afterSending(Runnable left, Throwable thrown) {
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
            // The commands in front leave with the first chunk, and perhaps there was none.
            link.dialogue().flush();
            // Without the last chunk nothing counts, and RSET ends what there is of the transaction.
            Futures.forward(chunk.handle((reply, lost) -> null), over);
        }
    }

    private CompletableFuture<TransactionResult> conclude(RecipientJudge judge, Surroundings around) {
        if (pump.isLastPieceLeft() && around.isAtRisk()) {
            judge.distrustAfter(end.lostBy());
        }
        if (pump.isLastPieceLeft() && (judge.isAnyAccepted() || judge.isAnyUnanswered())) {
            return end.confirm(judge, around::areInStep).thenApply(nothing -> {
                end.judge(judge, true, around.isAtRisk());
                end.first().filter(ChunkTransfer::isAboutSize).ifPresent(reply -> leave(reply, around));
                return judge.result();
            });
        }
        if (pump.isLastPieceLeft()) {
            end.judgeForNobody();
        } else if (refusal != null) {
            judge.settleAccepted(Fault.MESSAGE, refusal);
            leave(refusal, around);
        } else if (failure != null) {
            judge.lost(false, failure);
        }
        return CompletableFuture.completedFuture(judge.result());
    }

    private static boolean isAboutSize(Reply reply) {
        return reply.code() == EXCEEDED_STORAGE || reply.enhancedCode().filter(code -> code.isAbout("3.4")).isPresent();
    }

    /** A server that refuses a chunk before its end may take the rest for commands: Exim 4.96 does with its last octets. */
    private void leave(Reply reply, Surroundings around) {
        if (!around.isFollowed()) {
            link.dialogue().abort(new IOException("A refused chunk may not have been read whole: " + reply));
        }
    }

    /** It says nothing about the message; and its octets may have been taken for commands, so this is no place to stay. */
    private Optional<ExtensionBrokenException> brokenExtension() {
        Optional<Reply> first = firstChunk == null ? end.first() : Optional.of(firstChunk);
        return first.filter(reply -> UNKNOWN_COMMAND.contains(reply.code())).map(reply -> {
            ExtensionBrokenException broken = new ExtensionBrokenException("CHUNKING", reply);
            link.dialogue().abort(broken);
            return broken;
        });
    }

    @Override
    public ByteBuf frame(byte[] octets, boolean last, ByteBufAllocator allocator) {
        ByteBuf framed = allocator.buffer(HEADER_OCTETS + DotStuffer.worstCase(octets.length));
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
        return framed;
    }

    @Override
    public CompletableFuture<Boolean> mayLeave(boolean last) {
        return last || !pipelining
            ? chunk.thenApply(reply -> refusal == null)
            : CompletableFuture.completedFuture(refusal == null);
    }

    @Override
    public void leaving(boolean last) {
        if (last) {
            end.expect(pump);
            Futures.forward(end.answered(), over);
            return;
        }
        chunk = link.dialogue().expect("a chunk of the content", link.timeouts().endOfData()).thenApply(reply -> {
            firstChunk = firstChunk == null ? reply : firstChunk;
            if (reply.isIntermediate()) {
                SmtpException unused = link.violated("a chunk", reply);
            } else if (!reply.isPositive() && refusal == null) {
                refusal = reply;
            }
            return reply;
        });
    }
}
