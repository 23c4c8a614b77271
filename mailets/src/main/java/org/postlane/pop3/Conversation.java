// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.pop3.POP3Session;
import org.postlane.james.Parameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: its commands run one after another on worker threads, each after the response to the one before it was taken by
 * the client. So no Netty thread waits for a mailbox, and a client that sends commands and reads nothing costs one chunk.
 *
 * <p>While a command runs nothing is read from the client; a client that is gone by then is noticed at the next write. Of
 * what had arrived before, DELE, RSET and QUIT still count: without QUIT nothing is removed (RFC 1939 3). They do not where a
 * message before them was not sent: a client that sends RETR, DELE and QUIT together would lose it.
 *
 * <p>Safe for use by several threads: Netty's that reads lines, workers, and the timer's.
 */
final class Conversation implements LineHandler<POP3Session> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Conversation.class);
    private static final AttachmentKey<Conversation> KEY = AttachmentKey.of("postlane-pop3-conversation", Conversation.class);

    private final POP3Session session;
    private final Pop3Dispatcher dispatcher;
    private final Inactivity inactivity;
    private final Deque<byte[]> lines = new ArrayDeque<>();
    private boolean busy;
    private boolean gone;
    private boolean ended;
    private Chunk sending;
    /** For the thread whose turn it is, and for whoever ends it all. */
    private volatile Maildrop maildrop;

    Conversation(POP3Session session, Pop3Dispatcher dispatcher) {
        this.session = session;
        this.dispatcher = dispatcher;
        this.inactivity = dispatcher.inactivity(this::expired);
        session.setAttachment(KEY, this, State.Connection);
    }

    /** That of a session; there is one from the greeting on. */
    static Conversation of(POP3Session session) {
        return find(session).orElseThrow();
    }

    /** That of a session, if it ever got a greeting. */
    static Optional<Conversation> find(POP3Session session) {
        return session.getAttachment(KEY, State.Connection);
    }

    Pop3Settings settings() {
        return dispatcher.settings();
    }

    /** The maildrop in the TRANSACTION state; empty before. */
    Optional<Maildrop> maildrop() {
        return Optional.ofNullable(maildrop);
    }

    /** Enters the TRANSACTION state. */
    void enter(Maildrop opened) {
        maildrop = opened;
        session.setHandlerState(POP3Session.TRANSACTION);
    }

    /** Lets go of the maildrop and its lock; does nothing without one. */
    void leave() {
        Maildrop left = maildrop;
        maildrop = null;
        if (left != null) {
            left.close();
        }
    }

    void start() {
        inactivity.start();
        session.pushLineHandler(this);
    }

    @Override
    public Response onLine(POP3Session same, byte[] line) {
        boolean stls = dispatcher.isStls(line);
        synchronized (this) {
            if (ended || gone) {
                return null;
            }
            stls &= !busy;
            if (!stls) {
                lines.addLast(line);
                if (busy) {
                    return null;
                }
            }
            busy = true;
        }
        inactivity.stop();
        if (stls) {
            return startTls(line);
        }
        transport().setReadable(false);
        execute(this::turn);
        return null;
    }

    /** Whatever goes wrong, a connection that nobody serves any more keeps no lock. */
    private void execute(Runnable step) {
        dispatcher.execute(() -> {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                LOGGER.error("A POP3 connection of {} is closed", user(), e);
                finish();
            }
        });
    }

    /** On Netty's own thread and at once: nothing may come between the reply in plain text and the handshake (RFC 2595 4). */
    private Response startTls(byte[] line) {
        Response response = dispatcher.answer(session, line);
        boolean late;
        synchronized (this) {
            late = ended;
            busy = late;
        }
        if (late) {
            execute(this::turn);
        } else {
            inactivity.start();
        }
        return response;
    }

    private void turn() {
        while (true) {
            byte[] line;
            boolean unheard;
            synchronized (this) {
                unheard = gone;
                line = ended ? null : lines.poll();
                if (line == null && !ended && !gone) {
                    busy = false;
                    inactivity.start();
                    transport().setReadable(true);
                    return;
                }
            }
            if (line == null) {
                finish();
                return;
            }
            if (!unheard) {
                transmit(new Transmission(answer(line)));
                return;
            }
            if (dispatcher.changesMaildrop(line)) {
                answer(line);
            } else if (dispatcher.asksForMessage(line)) {
                messageIsLost();
            }
        }
    }

    private synchronized void messageIsLost() {
        ended = true;
    }

    private Response answer(byte[] line) {
        return dispatcher.isStls(line) ? Answers.error("STLS must wait for the response before it")
            : dispatcher.answer(session, line);
    }

    private void transmit(Transmission transmission) {
        Chunk chunk;
        try {
            chunk = transmission.next(given -> taken(transmission, given));
        } catch (IOException | RuntimeException e) {
            breakOff(transmission, e);
            return;
        }
        boolean unheard;
        synchronized (this) {
            unheard = gone || ended;
            sending = chunk;
        }
        if (unheard) {
            chunk.taken();
            return;
        }
        inactivity.start();
        write(chunk);
    }

    /** Behind the first octets nothing but the end of the connection says that a message is not whole. */
    private void breakOff(Transmission transmission, Exception failure) {
        LOGGER.error("A message could not be read to its end for {}", user(), failure);
        close(transmission);
        if (!transmission.begun()) {
            transmit(new Transmission(Answers.error(Answers.TEMPORARY, "the message cannot be read now")));
            return;
        }
        synchronized (this) {
            ended = true;
        }
        turn();
    }

    private static void close(Transmission transmission) {
        try {
            transmission.close();
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("A message could not be closed after POP3", e);
        }
    }

    private void write(Response response) {
        try {
            transport().writeResponse(response, session);
        } catch (RuntimeException e) {
            // James' transport fails in several ways where the channel is closed by now.
            LOGGER.debug("A POP3 client is gone before its response", e);
            if (response instanceof Chunk) {
                ((Chunk) response).taken();
            }
        }
    }

    private void taken(Transmission transmission, Chunk chunk) {
        inactivity.stop();
        execute(() -> proceed(transmission, chunk));
    }

    private void proceed(Transmission transmission, Chunk chunk) {
        if (transmission.ofMessage() && !chunk.sent()) {
            messageIsLost();
        }
        boolean unheard;
        synchronized (this) {
            sending = null;
            ended |= transmission.finished() && transmission.endsSession();
            unheard = gone || ended;
        }
        if (!transmission.finished() && !unheard) {
            transmit(transmission);
            return;
        }
        close(transmission);
        turn();
    }

    /** What has arrived is still done; then the lock is released. */
    void disconnected() {
        leaveAfter(true);
    }

    /** RFC 1939 3: no UPDATE state, and no response. */
    private void expired() {
        LOGGER.info("A POP3 connection of {} is closed, because it was idle for {}", user(),
            Parameters.spell(settings().autologout()));
        leaveAfter(false);
    }

    private void leaveAfter(boolean disconnected) {
        Chunk stuck;
        boolean idle;
        synchronized (this) {
            gone |= disconnected;
            ended |= !disconnected;
            idle = !busy;
            busy = true;
            stuck = sending;
        }
        inactivity.stop();
        if (stuck != null) {
            stuck.taken();
        } else if (idle) {
            execute(this::turn);
        }
    }

    /** Releases the lock, whatever is under way. */
    void finish() {
        leave();
        dispatcher.forget(this);
        boolean open;
        synchronized (this) {
            ended = true;
            open = !gone;
            lines.clear();
        }
        if (open) {
            write(Response.DISCONNECT);
        }
    }

    private String user() {
        return Optional.ofNullable(session.getUsername()).map(Username::asString).orElse("nobody");
    }

    private ProtocolTransport transport() {
        return ((ProtocolSessionImpl) session).getProtocolTransport();
    }
}
