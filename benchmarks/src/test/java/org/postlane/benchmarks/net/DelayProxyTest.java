// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bounds from below only: a machine that is busy may be slow, but delay cannot be missing. */
class DelayProxyTest {
    private static final int TIMEOUT_MILLIS = 120_000;
    private static final Duration ROUND_TRIP = Duration.ofMillis(80);
    /** Of timers: Netty's may come this much early. */
    private static final long TOLERANCE_MILLIS = 2;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private ServerSocket server;
    private DelayProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        proxy = DelayProxy.to(server.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
        threads.shutdownNow();
    }

    @Test
    void aGreetingTakesTwoRoundTripsFromTheMomentOfConnecting() throws Exception {
        proxy.setRoundTrip(ROUND_TRIP);
        Future<?> greeting = threads.submit(() -> {
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream().write('g');
                return accepted.getInputStream().read();
            }
        });
        long begin = System.nanoTime();
        try (Socket client = connect()) {
            assertThat(client.getInputStream().read()).isEqualTo('g');
            assertThat(millisSince(begin)).isGreaterThanOrEqualTo(2 * ROUND_TRIP.toMillis() - TOLERANCE_MILLIS);
        }
        assertThat(greeting.get()).isEqualTo(-1);
    }

    @Test
    void aQuestionAndItsAnswerTakeARoundTripOnAnOpenConnection() throws Exception {
        proxy.setRoundTrip(ROUND_TRIP);
        var unused = threads.submit(this::echo);
        try (Socket client = connect()) {
            exchange(client, new byte[] {1});
            for (int i = 0; i < 3; i++) {
                long begin = System.nanoTime();
                exchange(client, new byte[] {1, 2, 3});
                assertThat(millisSince(begin)).isGreaterThanOrEqualTo(ROUND_TRIP.toMillis() - TOLERANCE_MILLIS);
            }
        }
    }

    @Test
    void manyConnectionsAtOnceCarryTheirOwnOctetsUnchangedAndInOrder() throws Exception {
        proxy.setRoundTrip(Duration.ofMillis(10));
        int connections = 60;
        for (int i = 0; i < connections; i++) {
            var unused = threads.submit(this::echo);
        }
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            byte[] octets = new byte[200_000];
            new Random(i).nextBytes(octets);
            clients.add(CompletableFuture.runAsync(() -> {
                try (Socket client = connect()) {
                    assertThat(exchange(client, octets)).isEqualTo(octets);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }, threads));
        }
        for (CompletableFuture<Void> client : clients) {
            client.get();
        }
    }

    @Test
    void theEndOfOneDirectionLeavesTheOtherOpenAndComesBehindItsOctets() throws Exception {
        proxy.setRoundTrip(Duration.ofMillis(20));
        byte[] octets = new byte[500_000];
        new Random(1).nextBytes(octets);
        Future<?> all = threads.submit(() -> {
            try (Socket accepted = server.accept()) {
                byte[] received = accepted.getInputStream().readAllBytes();
                accepted.getOutputStream().write(received);
            }
            return null;
        });
        try (Socket client = connect()) {
            client.getOutputStream().write(octets);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(octets);
        }
        all.get();
    }

    @Test
    void aServerThatIsNotThereIsTheEndOfTheConnection() throws Exception {
        server.close();
        try (Socket client = connect()) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void disconnectEndsBothSides() throws Exception {
        Future<Integer> seen = threads.submit(() -> {
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream().write('g');
                return accepted.getInputStream().read();
            }
        });
        try (Socket client = connect()) {
            assertThat(client.getInputStream().read()).isEqualTo('g');
            proxy.disconnect();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(seen.get()).isEqualTo(-1);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    private Void echo() throws IOException {
        try (Socket accepted = server.accept()) {
            InputStream in = accepted.getInputStream();
            OutputStream out = accepted.getOutputStream();
            byte[] some = new byte[8_192];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                out.write(some, 0, read);
            }
        }
        return null;
    }

    private byte[] exchange(Socket client, byte[] octets) throws IOException {
        var unused = threads.submit(() -> {
            client.getOutputStream().write(octets);
            return null;
        });
        return client.getInputStream().readNBytes(octets.length);
    }

    private static long millisSince(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
