// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.concurrent.CompletableFuture;

/**
 * One mail transaction (RFC 5321 3.3): MAIL and RCPT, and then the content by BDAT where the server offers CHUNKING and by DATA
 * otherwise. On the connection's event loop.
 */
final class Transaction implements Surroundings {
    private final Link link;
    private final Capabilities capabilities;
    private final ReplyShapes shapes;
    private final Envelope envelope;
    private final Content content;
    private final boolean chunked;
    private final CompletableFuture<Void> contentLeft = new CompletableFuture<>();
    private EnvelopeCommands commands;
    private CompletableFuture<Reply> data;
    private EndOfData end;
    private boolean bodyAhead;
    private Transaction predecessor;
    private Transaction follower;

    Transaction(Link link, Capabilities capabilities, ReplyShapes shapes, Envelope envelope, Content content) {
        this.link = link;
        this.capabilities = capabilities;
        this.shapes = shapes;
        this.envelope = envelope;
        this.content = content;
        this.chunked = capabilities.offers("CHUNKING");
    }

    /**
     * Runs it.
     *
     * @param reused whether the connection had carried something before
     * @param resetFirst whether an earlier transaction may still be open
     */
    CompletableFuture<TransactionResult> run(boolean reused, boolean resetFirst) {
        boolean pipelining = capabilities.offers("PIPELINING");
        commands = new EnvelopeCommands(link, capabilities, envelope, content, reused);
        end = new EndOfData(link, shapes, commands);
        if (chunked) {
            ChunkTransfer chunks = new ChunkTransfer(link, shapes, content, end, pipelining);
            if (pipelining && shapes.allowBodyAhead()
                && link.dialogue().headway().silence().compareTo(SmtpLimits.SILENCE_BEFORE_CONFIRMING) < 0) {
                bodyAhead = true;
                return chunks.runAhead(commands, () -> pipeline(resetFirst), this::contentLeft, this);
            }
            return (pipelining ? pipelined(resetFirst) : commands.sendInTurn(resetFirst))
                .thenCompose(nothing -> commands.judge())
                .thenCompose(judge -> chunks.run(judge, this::contentLeft, this));
        }
        DataTransfer transfer = new DataTransfer(link, content, end);
        if (!pipelining) {
            return commands.sendInTurn(resetFirst).thenCompose(nothing -> commands.judge())
                .thenCompose(judge -> transfer.runInTurn(judge, this::contentLeft, this));
        }
        pipeline(resetFirst);
        data = link.dialogue().ask("DATA", link.timeouts().data());
        return data.handle((reply, lost) -> null).thenCompose(nothing -> commands.judge())
            .thenCompose(judge -> transfer.run(judge, data, this::contentLeft, this));
    }

    /** From here on the transaction before this one is followed by something. */
    private void pipeline(boolean resetFirst) {
        if (predecessor != null) {
            predecessor.follower = this;
        }
        commands.pipeline(resetFirst);
    }

    private CompletableFuture<Void> pipelined(boolean resetFirst) {
        pipeline(resetFirst);
        link.dialogue().flush();
        return commands.answered();
    }

    private void contentLeft() {
        contentLeft.complete(null);
    }

    /** Completes when all of the content has left, so that commands may follow it; never where it does not leave. */
    CompletableFuture<Void> afterContent() {
        return contentLeft;
    }

    /** Whether the next transaction may begin now, before this one has its outcome (RFC 2920 3.1, RFC 3030 4.2). */
    boolean mayBeFollowed() {
        return contentLeft.isDone() && capabilities.offers("PIPELINING") && link.dialogue().isIntact()
            && shapes.allowNextBehind(chunked);
    }

    /** It begins before another one has its outcome. */
    void follow(Transaction before) {
        predecessor = before;
    }

    /** It has its outcome: what came before does not matter any more, and would be kept with its content. */
    void leave() {
        predecessor = null;
    }

    /** Whether it began behind one that had no outcome then. */
    boolean isFollower() {
        return predecessor != null;
    }

    /** Whether the server may have all of its content. */
    boolean isLastPieceLeft() {
        return end.isLastPieceLeft();
    }

    /** Whether the server has taken it up. */
    boolean isBegunByServer() {
        return commands != null && commands.isMailAccepted();
    }

    /** Whether it was sent behind one that has an answer to its content: what happened since did not happen to that one. */
    boolean isPredecessorAnswered() {
        return predecessor != null && predecessor.follower == this && predecessor.end.isAnswered();
    }

    /** Whether it was refused for good, perhaps: only sent alone it will show. */
    boolean isInDoubt() {
        return end != null && end.isInDoubt();
    }

    @Override
    public boolean isAhead() {
        return bodyAhead;
    }

    @Override
    public boolean isFollowed() {
        return follower != null;
    }

    @Override
    public boolean mayLearn() {
        // With DATA only what overlaps needs it.
        return capabilities.offers("PIPELINING") && !shapes.allowNextBehind(chunked)
            && (chunked || link.settings().transactionsInFlight() > 1);
    }

    @Override
    public CompletableFuture<Boolean> areInStep() {
        if (!isAtRisk()) {
            return CompletableFuture.completedFuture(true);
        }
        if (chunked) {
            CompletableFuture<Reply> reset = follower == null ? link.say("RSET") : follower.commands.reset();
            return reset.handle((reply, lost) -> reply != null && shapes.looksLikeReset(reply));
        }
        // What went out before the content is vouched for by its 354, so only an answer too few is left: DATA then gets none.
        return follower.data.handle((reply, lost) -> reply != null);
    }

    /** Whether its end leaves a transaction open for certain or perhaps; the final dot never does (RFC 5321 4.1.1.4). */
    boolean needsResetBehind() {
        return chunked;
    }
}
