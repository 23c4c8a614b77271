// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.IntConsumer;

/** One turn of the server on one connection. The state changes before the reply that says so is sent. */
final class SessionTurn implements Turn {
    /** How often a waiting connection looks whether its peer or its server has gone. */
    private static final int LOOK_MILLIS = 20;

    private final Connection connection;
    private final Wire wire;
    private final String usualReply;
    private final IntConsumer decided;
    private final Check beforeFirstOutput;
    private boolean spoken;
    private int code;

    SessionTurn(Connection connection, Wire wire, String usualReply, Check beforeFirstOutput, IntConsumer decided) {
        this.connection = connection;
        this.wire = wire;
        this.usualReply = usualReply;
        this.beforeFirstOutput = beforeFirstOutput;
        this.decided = decided;
    }

    /** Something that looks at the connection. */
    @FunctionalInterface
    interface Check {
        void run() throws IOException;
    }

    /** Plays the reaction to its end; the code by which the server goes on, 0 for none. */
    int play(Reaction reaction) throws IOException {
        reaction.play(this);
        look();
        return code;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public String usualReply() {
        return usualReply;
    }

    @Override
    public void send(String reply) throws IOException {
        before(Replies.code(reply));
        connection.said(Connection.Speaker.SERVER, reply);
        wire.write(Replies.encode(reply));
    }

    @Override
    public void sendBytes(byte[] bytes, int decision) throws IOException {
        before(decision);
        connection.said(Connection.Speaker.SERVER, new String(bytes, ISO_8859_1).replace("\r\n", "\n").stripTrailing());
        wire.write(bytes);
    }

    private void before(int decision) throws IOException {
        look();
        if (!spoken) {
            spoken = true;
            beforeFirstOutput.run();
        }
        if (code == 0 && decision != 0) {
            code = decision;
            decided.accept(decision);
        }
    }

    /** A test may have ended the connection in the meantime. */
    private void look() throws IOException {
        Ending ending = connection.ending().orElse(null);
        if (ending != null && ending != Ending.QUIT) {
            throw new ConnectionEnded(ending);
        }
    }

    @Override
    public void pause(Duration time) throws IOException {
        waitFor(new Stall(), System.nanoTime() + time.toNanos());
    }

    @Override
    public void await(Stall stall) throws IOException {
        stall.enter();
        try {
            waitFor(stall, Long.MAX_VALUE);
        } finally {
            stall.leave();
        }
    }

    @Override
    public void awaitInput() throws IOException {
        while (!wire.hasUnread()) {
            pause(Duration.ofMillis(LOOK_MILLIS));
        }
    }

    private void waitFor(Stall stall, long endNanos) throws IOException {
        boolean forEver = endNanos == Long.MAX_VALUE;
        try {
            while (!stall.isReleased()) {
                long left = forEver ? LOOK_MILLIS : Math.min(LOOK_MILLIS, (endNanos - System.nanoTime() + 999_999) / 1_000_000);
                if (left <= 0 || stall.await(left)) {
                    return;
                }
                look();
                // Commands that came before the end are still served after a pause; a stall might hold them for ever.
                if (wire.peerIsGone(1) && (forEver || !wire.hasUnread())) {
                    throw new ConnectionEnded(Ending.EOF);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException ended = new InterruptedIOException("the server was closed");
            ended.initCause(e);
            throw ended;
        }
    }

    @Override
    public void close() throws IOException {
        connection.end(Ending.CLOSED_BY_SERVER);
        throw new ConnectionEnded(Ending.CLOSED_BY_SERVER);
    }

    @Override
    public void reset() throws IOException {
        connection.end(Ending.RESET_BY_SERVER);
        wire.reset();
        throw new ConnectionEnded(Ending.RESET_BY_SERVER);
    }
}
