// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * One client connection: its record, and the means to disturb it from a test while it is open. Thread-safe.
 */
public final class Connection {
    /** An endless reply must not fill the memory. */
    private static final int MAX_TRANSCRIPT = 20_000;

    private final int id;
    private final SocketAddress peer;
    private final Wire wire;
    private final boolean keepTranscript;
    private final Instant openedAt = Instant.now();
    private final Consumer<Connection> onEnd;
    private final List<Entry> transcript = new ArrayList<>();
    private final AtomicReference<Ending> ending = new AtomicReference<>();
    private volatile Instant closedAt;
    private volatile String heloName = "";
    private volatile String authenticatedUser = "";
    private volatile String authorizationId = "";
    private volatile int transactions;
    private volatile int mailsCarried;

    Connection(int id, SocketAddress peer, Wire wire, boolean keepTranscript, Consumer<Connection> onEnd) {
        this.id = id;
        this.peer = peer;
        this.wire = wire;
        this.keepTranscript = keepTranscript;
        this.onEnd = onEnd;
    }

    /** Who spoke. */
    public enum Speaker { CLIENT, SERVER }

    /**
     * One line of the transcript.
     *
     * @param speaker who said it
     * @param text the line without its line end; content appears as {@code (content, 1234 octets)}, that of a
     *     BDAT command as {@code (chunk, 1234 octets)}
     * @param tls whether it went through TLS
     */
    public record Entry(Speaker speaker, String text, boolean tls) {
        @Override
        public String toString() {
            return (speaker == Speaker.CLIENT ? "C: " : "S: ") + text;
        }
    }

    /** The number of the connection; the server's first one is 1. */
    public int id() {
        return id;
    }

    /** The client's address. */
    public SocketAddress peer() {
        return peer;
    }

    /** What was said so far, in order, up to 20 000 lines. Empty where the server keeps no transcripts. */
    public List<Entry> transcript() {
        synchronized (transcript) {
            return List.copyOf(transcript);
        }
    }

    /** What the client said so far, in order. */
    public List<String> clientLines() {
        return transcript().stream().filter(entry -> entry.speaker() == Speaker.CLIENT).map(Entry::text).toList();
    }

    /** What the server said so far, in order. */
    public List<String> serverLines() {
        return transcript().stream().filter(entry -> entry.speaker() == Speaker.SERVER).map(Entry::text).toList();
    }

    /** When the server accepted it. */
    public Instant openedAt() {
        return openedAt;
    }

    /** When it ended; empty while it is open. */
    public Optional<Instant> closedAt() {
        return Optional.ofNullable(closedAt);
    }

    /** How it ended; empty while it is open. */
    public Optional<Ending> ending() {
        return Optional.ofNullable(ending.get());
    }

    /** Whether neither side has ended it yet, as far as the server can see. */
    public boolean isOpen() {
        return ending.get() == null;
    }

    /** Whether TLS is in use. */
    public boolean isTls() {
        return wire.isTls();
    }

    /** The name given with the last EHLO, LHLO or HELO; empty before. */
    public String heloName() {
        return heloName;
    }

    /** Who has authenticated; empty for nobody. */
    public String authenticatedUser() {
        return authenticatedUser;
    }

    /** As whom that user wanted to act; empty for nobody else. */
    public String authorizationId() {
        return authorizationId;
    }

    /** The TLS session: its protocol, the name that the client asked for, the certificate that it showed. */
    public Optional<SSLSession> tlsSession() {
        return wire.tlsSession();
    }

    /** The certificate that the client showed. */
    public Optional<X509Certificate> clientCertificate() {
        return tlsSession().map(session -> {
            try {
                return (X509Certificate) session.getPeerCertificates()[0];
            } catch (SSLPeerUnverifiedException none) {
                return null;
            }
        });
    }

    /** The name that the client asked for in the handshake (SNI, RFC 6066); empty for none. */
    public String requestedServerName() {
        return tlsSession().map(session -> ((ExtendedSSLSession) session).getRequestedServerNames()).stream()
            .flatMap(List::stream).map(name -> ((SNIHostName) name).getAsciiName()).findFirst().orElse("");
    }

    /** How many MAIL commands were accepted. */
    public int transactions() {
        return transactions;
    }

    /** How many contents were read to their end, whatever was answered. */
    public int mailsCarried() {
        return mailsCarried;
    }

    /** Sends a reply that nobody asked for, such as {@code 421 4.4.2 bye}; the connection stays open. */
    public void sendNow(String reply) {
        now(() -> {
            said(Speaker.SERVER, reply);
            wire.write(Replies.encode(reply));
        });
    }

    /** Ends the connection with a FIN while the client does not expect it. */
    public void closeNow() {
        now(() -> {
            if (end(Ending.CLOSED_BY_SERVER)) {
                wire.finishOutput();
                wire.finishInput();
            }
        });
    }

    /** Ends the connection with a RST while the client does not expect it. */
    public void resetNow() {
        now(() -> {
            if (isOpen()) {
                // First: the thread that serves the connection closes it as soon as it sees that it has ended.
                wire.resetOnClose();
                if (end(Ending.RESET_BY_SERVER)) {
                    wire.reset();
                }
            }
        });
    }

    @FunctionalInterface
    private interface Act {
        void run() throws IOException;
    }

    private void now(Act act) {
        try {
            act.run();
        } catch (IOException e) {
            throw new UncheckedIOException("connection " + id + " (ended: " + ending.get() + ")", e);
        }
    }

    void said(Speaker speaker, String text) {
        if (!keepTranscript) {
            return;
        }
        boolean tls = wire.isTls();
        synchronized (transcript) {
            for (String line : text.split("\n", -1)) {
                if (transcript.size() < MAX_TRANSCRIPT) {
                    transcript.add(new Entry(speaker, line, tls));
                }
            }
        }
    }

    /** Notes the end; only the first one counts. */
    boolean end(Ending how) {
        if (!ending.compareAndSet(null, how)) {
            return false;
        }
        closedAt = Instant.now();
        onEnd.accept(this);
        return true;
    }

    void greetedBy(String name) {
        heloName = name;
    }

    void authenticatedAs(String user) {
        authenticatedUser = user;
    }

    void authorizedAs(String identity) {
        authorizationId = identity;
    }

    // Only the connection's own thread counts.
    void transactionStarted() {
        int next = transactions + 1;
        transactions = next;
    }

    void mailCarried() {
        int next = mailsCarried + 1;
        mailsCarried = next;
    }

    @Override
    public String toString() {
        return "connection " + id + " from " + peer + (isOpen() ? "" : " (" + ending.get() + ")");
    }
}
