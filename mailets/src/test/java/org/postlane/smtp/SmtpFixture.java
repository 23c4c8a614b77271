// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.TestTls;

/**
 * A client for one class of tests, and servers for each test. After it every connection must be usable or closed,
 * the servers must have seen no violation and, once the usable ones are let go, no open connection, and no socket, thread or
 * buffer may have leaked.
 */
final class SmtpFixture implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    static final String NAME = "mx.test";
    static final TestTls TLS = TestTls.forHost(NAME);
    /** Trusts that certificate, and the one with the wrong name. */
    static final TlsMaterial TRUST = trust();
    /** Longer than anything takes on a loaded machine. */
    static final Duration AMPLE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(5);
    /** What a phase that hangs is given. */
    static final Duration SHORT = Duration.ofSeconds(1);

    private final List<SmtpServer> servers = new CopyOnWriteArrayList<>();
    private final List<SmtpConnection> connections = new CopyOnWriteArrayList<>();
    private final List<String> threadsBefore = threads();
    private long socketsBefore;
    private SmtpClient client;
    private boolean violationsExpected;

    SmtpFixture() {
        BufferLeaks.watch();
    }

    SmtpServer start(SmtpServerBuilder builder) {
        SmtpServer server = builder.start();
        servers.add(server);
        return server;
    }

    synchronized SmtpClient client() {
        if (client == null) {
            client = new SmtpClient();
        }
        return client;
    }

    private static TlsMaterial trust() {
        try {
            java.nio.file.Path file = Files.createTempFile("postlane-trust", ".pem");
            file.toFile().deleteOnExit();
            Files.writeString(file, TLS.certificatePem() + TestTls.withWrongName().certificatePem());
            return TlsMaterial.DEFAULT.trusting(file, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For a server that is broken on purpose, or for a client that is spoken to out of turn. */
    void expectViolations() {
        violationsExpected = true;
    }

    static SessionSettings.Builder settings(SmtpServer server, Duration limit) {
        return SessionSettings.to(server.address(), NAME).ehloName("client.test").tls(TlsMode.NONE).tlsMaterial(TRUST)
            .timeouts(SmtpTimeouts.RFC_5321.withConnect(limit).withEveryPhase(limit).withQuit(limit));
    }

    static SessionSettings.Builder settings(SmtpServer server) {
        return settings(server, AMPLE);
    }

    /** Connects and keeps the connection under watch. */
    SmtpConnection connect(SessionSettings settings) {
        SmtpConnection connection = get(client().connect(settings));
        connections.add(connection);
        return connection;
    }

    SmtpConnection connect(SmtpServer server) {
        return connect(settings(server).build());
    }

    static Envelope envelope(String... recipients) {
        return Envelope.of(Path.of("sender@example.org"),
            Stream.of(recipients).map(Path::of).map(Envelope.Recipient::of).toList());
    }

    static List<RecipientResult> send(SmtpConnection connection, String... recipients) {
        return get(connection.send(envelope(recipients), TestContent.SMALL)).recipients();
    }

    static List<RecipientResult.Status> statuses(List<RecipientResult> results) {
        return results.stream().map(RecipientResult::status).toList();
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(AMPLE.toMillis() * 2, TimeUnit.MILLISECONDS);
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
            Object value = future.get(AMPLE.toMillis() * 2, TimeUnit.MILLISECONDS);
            throw new AssertionError("Succeeded instead of failing: " + value);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("The future never completed", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What is open of ours, and would be lost if nobody closed it. */
    private static long sockets() {
        File[] open = new File("/proc/self/fd").listFiles();
        return open == null ? 0 : Stream.of(open).filter(each -> {
            try {
                return Files.readSymbolicLink(each.toPath()).toString().startsWith("socket:");
            } catch (IOException e) {
                // Closed while we looked, as the one that lists them is.
                return false;
            }
        }).count();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
            .filter(name -> name.startsWith("postlane-smtp") || name.startsWith("postlane-content")).toList();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        socketsBefore = sockets();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            for (SmtpConnection connection : connections) {
                if (!connection.isUsable()) {
                    get(connection.closed());
                }
                connection.abort();
                get(connection.closed());
            }
            for (SmtpServer server : servers) {
                await("every connection of the client is closed").atMost(AMPLE).pollDelay(Duration.ZERO).pollInterval(POLL)
                    .untilAsserted(() -> assertThat(server.openConnections()).isEmpty());
                if (!violationsExpected) {
                    assertThat(server.violations()).isEmpty();
                }
            }
        } finally {
            servers.forEach(SmtpServer::close);
            connections.clear();
            servers.clear();
            violationsExpected = false;
        }
        await("every socket is closed").atMost(AMPLE).pollDelay(Duration.ZERO).pollInterval(POLL)
            .untilAsserted(() -> assertThat(sockets()).isLessThanOrEqualTo(socketsBefore));
        assertThat(BufferLeaks.reported()).isEmpty();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (client != null) {
            client.close();
            client = null;
            await("every thread of the client has ended").atMost(AMPLE).pollDelay(Duration.ZERO).pollInterval(POLL)
                .untilAsserted(() -> assertThat(threadsBefore).containsAll(threads()));
        }
        BufferLeaks.provokeReports();
        assertThat(BufferLeaks.reported()).isEmpty();
    }
}
