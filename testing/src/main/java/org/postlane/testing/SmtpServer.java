// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An SMTP server on a real socket whose every reply a test decides, and which records what its clients did.
 *
 * <p>One thread serves one connection. What a client could learn from a reply is recorded before that reply is sent: a test that
 * has seen the 250 to the final dot finds the mail in {@link #received()}. Thread-safe.
 */
public final class SmtpServer implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(SmtpServer.class);

    private final ServerSocket listening;
    private final InetSocketAddress address;
    private final Settings settings;
    private final Recorder recorder;
    private final Map<Thread, Served> served = new ConcurrentHashMap<>();
    private final Thread acceptor;

    SmtpServer(ServerSocket listening, Settings settings, Recorder recorder) {
        this.listening = listening;
        this.address = (InetSocketAddress) listening.getLocalSocketAddress();
        this.settings = settings;
        this.recorder = recorder;
        this.acceptor = new Thread(this::acceptAll, "smtp-test-" + address.getPort());
        acceptor.setDaemon(true);
    }

    private record Served(Wire wire, Connection connection) {
    }

    /** Describes a server; {@link SmtpServerBuilder#start()} starts it. */
    public static SmtpServerBuilder builder() {
        return new SmtpServerBuilder();
    }

    /** A server that accepts everything on a free port of 127.0.0.1. */
    public static SmtpServer accepting() {
        return builder().start();
    }

    /** A server on a free port of 127.0.0.1 with this behaviour. */
    public static SmtpServer with(Behaviour behaviour) {
        return builder().behaviour(behaviour).start();
    }

    void begin() {
        acceptor.start();
    }

    /** The port it listens on. */
    public int port() {
        return address.getPort();
    }

    /** The address it listens on. */
    public InetSocketAddress address() {
        return address;
    }

    /** The mails that were answered 2xx, in the order of their replies. */
    public List<ReceivedMail> received() {
        return recorder.received();
    }

    /** The mails whose content came to its end and was not answered 2xx: refused, or the connection ended first. */
    public List<ReceivedMail> unaccepted() {
        return recorder.unaccepted();
    }

    /** What clients did wrong, in order. */
    public List<Violation> violations() {
        return recorder.violations();
    }

    /** All connections so far, open and closed, in order. */
    public List<Connection> connections() {
        return recorder.connections();
    }

    /** The connections that are open now, in order. */
    public List<Connection> openConnections() {
        return recorder.connections().stream().filter(Connection::isOpen).toList();
    }

    /** The counters. */
    public Statistics statistics() {
        return recorder.statistics();
    }

    /** Forgets the mails, the violations and the closed connections; the counters go on. */
    public void forget() {
        recorder.forget();
    }

    /** Refuses new connections from now on, as a host does whose service is down; open ones go on. */
    public void stopListening() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        join(acceptor);
    }

    /** Ends every connection and waits for the threads. May be called again. */
    @Override
    public void close() {
        stopListening();
        served.forEach((thread, each) -> {
            each.connection().end(Ending.SERVER_STOPPED);
            thread.interrupt();
            try {
                each.wire().close();
            } catch (IOException e) {
                log.warn("Cannot close {}", each.connection(), e);
            }
        });
        served.keySet().forEach(SmtpServer::join);
    }

    private static void join(Thread thread) {
        if (thread == Thread.currentThread()) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptAll() {
        while (!listening.isClosed()) {
            try {
                accept(listening.accept());
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    log.warn("Cannot accept a connection on {}", address, e);
                }
            }
        }
    }

    private void accept(Socket socket) throws IOException {
        // A thread does not take itself off the list: close() waits for every one that is still about to end.
        served.keySet().removeIf(thread -> !thread.isAlive());
        Wire wire = new Wire(socket);
        int id = recorder.admit(settings.maxConnections());
        if (id == 0) {
            wire.write(Replies.encode("421 4.7.0 too many connections"));
            wire.finishOutput();
            wire.close();
            return;
        }
        Connection connection = new Connection(id, socket.getRemoteSocketAddress(), wire, settings.keepTranscripts(),
            ended -> recorder.ended());
        recorder.add(connection);
        Session session = new Session(connection, wire, settings, recorder);
        Thread thread = new Thread(() -> serve(session), "smtp-test-" + address.getPort() + "-" + id);
        thread.setDaemon(true);
        served.put(thread, new Served(wire, connection));
        thread.start();
    }

    private void serve(Session session) {
        try {
            session.run();
        } catch (RuntimeException | Error e) {
            // A behaviour or a listener failed: the test must see it, and its client an end of the connection.
            log.error("The behaviour of the server on {} failed", address, e);
            throw e;
        }
    }
}
