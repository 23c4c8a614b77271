// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.postlane.smtp.Envelope;
import org.postlane.smtp.Path;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpClient;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.SmtpTimeouts;
import org.postlane.smtp.TlsMode;

/** One client for a class of tests, and what its futures become. */
final class Sessions implements AutoCloseable {
    static final String SENDER = "sender@client.test";
    /** Longer than anything takes on a loaded machine. */
    static final Duration AMPLE = Duration.ofSeconds(30);

    private final List<SmtpConnection> connections = new ArrayList<>();
    private final SmtpClient client = new SmtpClient();

    /** Settings without TLS, for a port of a peer; with TLS they would trust the peer's certificate and no other. */
    static SessionSettings.Builder to(Peer peer, int port) {
        return to(peer, port, Peer.HOST);
    }

    /** Settings without TLS, for a peer that is believed to have that name. */
    static SessionSettings.Builder to(Peer peer, int port, String serverName) {
        return SessionSettings.to(peer.address(port), serverName).ehloName("client.test").tls(TlsMode.NONE)
            .tlsMaterial(peer.tls().trust())
            .timeouts(SmtpTimeouts.RFC_5321.withConnect(AMPLE).withEveryPhase(AMPLE));
    }

    SmtpConnection connect(SessionSettings settings) {
        SmtpConnection connection = get(client.connect(settings));
        connections.add(connection);
        return connection;
    }

    /** What a test leaves open is gone before the next: peers limit what one client has. */
    void abortAll() {
        connections.forEach(SmtpConnection::abort);
        connections.forEach(connection -> get(connection.closed()));
        connections.clear();
    }

    Throwable refusal(SessionSettings settings) {
        return failure(client.connect(settings));
    }

    static Envelope envelope(String sender, String... recipients) {
        return Envelope.of(sender.isEmpty() ? Path.NULL : Path.of(sender),
            Stream.of(recipients).map(Path::of).map(Envelope.Recipient::of).toList());
    }

    static List<RecipientResult> send(SmtpConnection connection, Message message, String... recipients) {
        return send(connection, envelope(SENDER, recipients), message);
    }

    static List<RecipientResult> send(SmtpConnection connection, Envelope envelope, Message message) {
        return get(connection.send(envelope, message)).recipients();
    }

    static List<RecipientResult.Status> statuses(List<RecipientResult> results) {
        return results.stream().map(RecipientResult::status).toList();
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(2 * AMPLE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("Failed instead of succeeding", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("The future never completed", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static Throwable failure(CompletableFuture<?> future) {
        try {
            Object value = future.get(2 * AMPLE.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("Succeeded instead of failing: " + value);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("The future never completed", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
