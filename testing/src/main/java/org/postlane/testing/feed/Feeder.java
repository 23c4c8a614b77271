// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.feed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Clients that submit {@link Letter}s one after another and remember what was answered 250 to the final dot. Nothing that a
 * server does stops them: they connect again, and what got no answer, or another one, is counted and sent no more.
 */
public final class Feeder implements Closeable {
    private static final int TIMEOUT_MILLIS = 30_000;
    /** Between two mails of a client, so that the server has something to do and can still keep pace. */
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(15);
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String run;
    private final String login;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<String, Letter> accepted = new ConcurrentHashMap<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /**
     * Begins at once.
     *
     * @param run see {@link Letter#number}
     * @param secret the password of {@link Letter#SENDER}
     * @param ports of 127.0.0.1 for submission, asked for each connection; the clients are spread over them
     */
    public Feeder(String run, String secret, int clients, List<IntSupplier> ports) {
        this.run = run;
        this.login = Base64.getEncoder().encodeToString(("\0" + Letter.SENDER + "\0" + secret).getBytes(ISO_8859_1));
        for (int i = 0; i < clients; i++) {
            IntSupplier port = ports.get(i % ports.size());
            Thread thread = new Thread(() -> feed(port), "feeder-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    /** The mails that were answered 250 so far. */
    public Collection<Letter> accepted() {
        return List.copyOf(accepted.values());
    }

    /** How many these are. */
    public int count() {
        return accepted.size();
    }

    /** Mails of which the answer to the final dot never came. */
    public int unanswered() {
        return unanswered.get();
    }

    /** What the server answered where 250 was wanted. */
    public List<String> refusals() {
        return List.copyOf(refusals);
    }

    private void feed(IntSupplier port) {
        while (!ended) {
            try (Session session = new Session(port.getAsInt())) {
                while (!ended) {
                    session.send(Letter.number(run, numbers.getAndIncrement()));
                    LockSupport.parkNanos(PACE_NANOS);
                }
                session.ask("QUIT");
            } catch (IOException e) {
                // The server is gone; it is tried again until it is back.
                LockSupport.parkNanos(REST_NANOS);
            }
        }
    }

    /** The clients end behind the mail that they are sending. */
    @Override
    public void close() throws IOException {
        ended = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** One connection of a client. */
    private final class Session implements Closeable {
        private final Socket socket;
        private final BufferedReader replies;

        Session(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            boolean ready = reply().startsWith("220") && ask("EHLO feeder.test").startsWith("250")
                && ask("AUTH PLAIN " + login).startsWith("235");
            if (!ready) {
                socket.close();
                throw new IOException("not let in");
            }
        }

        void send(Letter letter) throws IOException {
            boolean open = isTaken("MAIL FROM:<" + Letter.SENDER + ">", "250");
            for (String recipient : letter.recipients()) {
                open = open && isTaken("RCPT TO:<" + recipient + ">", "250");
            }
            if (!open || !isTaken("DATA", "354")) {
                ask("RSET");
                LockSupport.parkNanos(REST_NANOS);
                return;
            }
            unanswered.incrementAndGet();
            socket.getOutputStream().write(letter.content());
            String answer = reply();
            unanswered.decrementAndGet();
            if (answer.startsWith("250")) {
                accepted.put(letter.id(), letter);
            } else {
                refusals.add(answer);
                LockSupport.parkNanos(REST_NANOS);
            }
        }

        private boolean isTaken(String command, String code) throws IOException {
            String answer = ask(command);
            if (answer.startsWith(code)) {
                return true;
            }
            refusals.add(answer);
            return false;
        }

        String ask(String command) throws IOException {
            socket.getOutputStream().write((command + "\r\n").getBytes(ISO_8859_1));
            return reply();
        }

        /** The last line of a reply. */
        private String reply() throws IOException {
            String line;
            do {
                line = replies.readLine();
                if (line == null) {
                    throw new EOFException("closed");
                }
            } while (line.length() > 3 && line.charAt(3) == '-');
            return line;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
