// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import io.netty.channel.Channel;

/** What everything that speaks over one connection shares. */
final class Link {
    private final Channel channel;
    private final Dialogue dialogue;
    private final Executor reader;
    private final SessionSettings settings;
    private final PhaseListener phases;

    /**
     * A link.
     *
     * @param reader the threads that may wait for a disk
     */
    Link(Channel channel, Dialogue dialogue, Executor reader, SessionSettings settings, PhaseListener phases) {
        this.channel = channel;
        this.dialogue = dialogue;
        this.reader = reader;
        this.settings = settings;
        this.phases = phases;
    }

    Channel channel() {
        return channel;
    }

    Dialogue dialogue() {
        return dialogue;
    }

    Executor reader() {
        return reader;
    }

    SessionSettings settings() {
        return settings;
    }

    /** A phase begins now. */
    PhaseListener.Span begin(PhaseListener.Phase phase) {
        return phases.begin(phase);
    }

    SmtpTimeouts timeouts() {
        return settings.timeouts();
    }

    boolean isLmtp() {
        return settings.protocol() == Protocol.LMTP;
    }

    /** Sends a command that has no limit of its own, now. */
    CompletableFuture<Reply> say(String command) {
        return dialogue.ask(command, timeouts().command());
    }

    /** Does it on the event loop; at once where that has ended with its client, for nobody else does anything there any more. */
    void onEventLoop(Runnable work) {
        try {
            channel.eventLoop().execute(work);
        } catch (RejectedExecutionException e) {
            work.run();
        }
    }

    /** Begins something on the event loop, in which it ends too; fails where that has ended with its client. */
    <T> CompletableFuture<T> fromEventLoop(Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            channel.eventLoop().execute(() -> {
                try {
                    Futures.forward(work.get(), result);
                } catch (RuntimeException | Error e) {
                    // Nobody else would ever complete it.
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(SmtpException.session("The client is closed", e));
        }
        return result;
    }

    /** Ends a session whose replies no longer fit its commands. */
    SmtpException violated(String command, Reply reply) {
        ProtocolViolationException violation =
            new ProtocolViolationException("The server answered " + command + " with " + reply);
        dialogue.abort(violation);
        return SmtpException.session(violation.getMessage(), violation);
    }
}
