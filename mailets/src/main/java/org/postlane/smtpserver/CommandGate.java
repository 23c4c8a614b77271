// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.ReferenceCountUtil;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Keeps look-ups off the thread of a session. Stands in its pipeline in front of James' own handler, which answers each line
 * before it returns. A line that needs something looked up waits here until it is known, and so do the lines behind it: the
 * thread goes on with other sessions, and commands that came together are answered in their order (RFC 2920 3.1).
 *
 * <p>Nothing more is read from the client meanwhile than what {@link Intake} allows. There is one gate for a session, and whoever
 * needs something for a command says so with {@link #add}. Only commands are looked at: whoever writes of SMTP in a message has
 * its lines begin like them, and waiting for each would take longer than the client does. For the thread of its channel.
 */
public final class CommandGate extends ChannelInboundHandlerAdapter {
    /** Its name in the pipeline. */
    static final String NAME = "postlaneGate";
    static final CompletableFuture<?> NOTHING_TO_DO = CompletableFuture.completedFuture(null);
    /** So many lines behind the one that waits are looked at already: their answers are known when their turn comes. */
    private static final int AHEAD = 32;

    /** What is to be done before James gets a line. */
    public interface Preparation {
        /**
         * Begins what this line needs. Never blocks.
         *
         * @return done, with or without success, when James may have the line
         */
        CompletableFuture<?> prepare(String line);

        /** Begins what this line may need later; the result is not waited for. */
        default void prepareAhead(String line) {
            // Most have nothing to begin early.
        }
    }

    private final Preparations preparations = new Preparations();
    /** Lines, complaints about lines, and the {@link Intake}, in the order in which they came. */
    private final Deque<Object> held = new ArrayDeque<>();
    /** How many of them, from the first on, have been looked at. */
    private int seen;
    /** Until what the first of them needs is known. */
    private boolean waiting;
    /** Until whoever asked for it lets it go on. */
    private boolean paused;
    /** Whether James takes lines of a body many at a time. */
    private boolean body;
    private ChannelHandlerContext context;

    /** While something is in here, lines are not commands. */
    private final Collection<?> lineHandlers;

    private CommandGate(Collection<?> lineHandlers) {
        this.lineHandlers = lineHandlers;
    }

    /** The gate of a session, put up where there is none yet; empty for a session that is not Netty's. */
    public static Optional<CommandGate> of(ProtocolSession session, SessionChannel channels) {
        return channels.of(session).map(channel -> {
            ChannelPipeline pipeline = channel.pipeline();
            if (pipeline.get(NAME) == null) {
                CommandGate gate = new CommandGate(channels.lineHandlers(pipeline));
                Intake intake = new Intake(gate::isInBody);
                pipeline.addBefore(HandlerConstants.FRAMER, Intake.NAME, intake);
                pipeline.addBefore(HandlerConstants.CORE_HANDLER, NAME, gate);
                intake.begin();
            }
            return (CommandGate) pipeline.get(NAME);
        });
    }

    /** The name of what stands first among those in a pipeline that hold back what a client has sent. */
    public static String entrance(ChannelPipeline pipeline) {
        return pipeline.get(Intake.NAME) == null ? HandlerConstants.FRAMER : Intake.NAME;
    }

    /**
     * Has these commands wait for a preparation; a command with several ones waits for all.
     *
     * @param verbs of four letters
     */
    public void add(Preparation preparation, String... verbs) {
        preparations.add(preparation, verbs);
    }

    /**
     * Begins or ends the body of a message, behind the empty line and in front of the final dot: meanwhile many of its lines may
     * come as if they were one, each ended by CR LF, none too long and none that begins with a dot.
     */
    public void body(boolean begins) {
        body = begins;
    }

    /** Whether a line that is cut now is of a body: where lines are held back, nobody knows what it will be. */
    private boolean isInBody() {
        return body && !isHolding() && !lineHandlers.isEmpty();
    }

    /** Hands on nothing that comes from here on, until {@link #goOn}: for a reply that takes longer than its command. */
    public void pause() {
        paused = true;
    }

    /** Ends a pause; what has come meanwhile goes on in its order. */
    public void goOn() {
        paused = false;
        lookAhead();
        handOn();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf) || !isHolding()) {
            pass(message);
            return;
        }
        held.add(message);
        if (!paused) {
            lookAhead();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof Intake)) {
            context.fireUserEventTriggered(event);
        } else if (isHolding()) {
            held.add(event);
        } else {
            ((Intake) event).goOn();
        }
    }

    /** How many lines are held back. */
    int held() {
        return held.size();
    }

    private boolean isHolding() {
        return waiting || paused || !held.isEmpty();
    }

    /** Hands on what comes next, or begins to wait. */
    private void pass(Object message) {
        if (!(message instanceof ByteBuf)) {
            context.fireChannelRead(message);
            return;
        }
        // However a message ended, what takes commands gets each line by itself.
        body &= !lineHandlers.isEmpty();
        CompletableFuture<?> ready = lineHandlers.isEmpty() ? preparations.begin((ByteBuf) message) : NOTHING_TO_DO;
        if (ready.isDone()) {
            context.fireChannelRead(message);
            return;
        }
        waiting = true;
        held.addFirst(message);
        seen++;
        var unusedResume = ready.whenComplete((found, failure) -> context.executor().execute(this::resume));
    }

    private void resume() {
        waiting = false;
        Object first = next();
        if (first == null) {
            // The client has gone meanwhile.
            return;
        }
        context.fireChannelRead(first);
        handOn();
    }

    private void handOn() {
        while (!waiting && !paused && !held.isEmpty()) {
            Object next = next();
            if (next instanceof Throwable) {
                context.fireExceptionCaught((Throwable) next);
            } else if (next instanceof Intake) {
                ((Intake) next).goOn();
            } else {
                pass(next);
            }
            if (!paused) {
                lookAhead();
            }
        }
    }

    private Object next() {
        seen = Math.max(0, seen - 1);
        return held.pollFirst();
    }

    /** Looks at many lines at once, and not at one whenever one leaves. */
    private void lookAhead() {
        if (seen > AHEAD / 2 || !lineHandlers.isEmpty()) {
            return;
        }
        int at = 0;
        for (Object line : held) {
            // What stands behind DATA is a message, unless James refuses the command.
            if (at == AHEAD || (line instanceof ByteBuf && Preparations.isData((ByteBuf) line))) {
                break;
            }
            if (at++ >= seen && line instanceof ByteBuf) {
                preparations.beginAhead((ByteBuf) line);
            }
        }
        seen = Math.max(seen, at);
    }

    /** A line that is too long is answered in its turn. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof TooLongFrameException && isHolding()) {
            held.add(cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        discard();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        discard();
    }

    private void discard() {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
        seen = 0;
    }
}
