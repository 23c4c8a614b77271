// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleClientTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    /** A mailbox with three messages, whose server says this to one who is idle; what is returned ends when the client has. */
    private CompletableFuture<Void> serve(String whileIdle, boolean hangUp) {
        return CompletableFuture.runAsync(() -> {
            try (Socket socket = listener.accept()) {
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
                say(socket, "* OK ready\r\n");
                expect(in, "a LOGIN ann secret");
                say(socket, "a OK\r\n");
                expect(in, "b SELECT INBOX");
                say(socket, "* FLAGS ()\r\n* 3 EXISTS\r\n* 1 RECENT\r\nb OK [READ-WRITE]\r\n");
                expect(in, "c IDLE");
                say(socket, "+ idling\r\n" + whileIdle);
                assertThat(hangUp ? null : in.readLine()).isNull();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static void expect(BufferedReader in, String line) throws IOException {
        assertThat(in.readLine()).isEqualTo(line);
    }

    @Test
    void messagesThatWereThereDoNotCountAndOneLineMayAnnounceSeveral() throws Exception {
        CompletableFuture<Void> server = serve("* 4 EXISTS\r\n* 2 RECENT\r\n* OK still here\r\n* 6 EXISTS\r\n", false);
        try (IdleClient client = IdleClient.open(listener.getLocalPort(), "ann", "secret")) {
            List<Long> announced = client.await(3, PATIENCE);
            assertThat(announced).hasSize(3).isSorted();
            assertThat(announced.get(1)).isEqualTo(announced.get(2));
        }
        server.join();
    }

    @Test
    void whatIsNotAnnouncedInTimeIsAnErrorWithBothNumbers() throws Exception {
        CompletableFuture<Void> server = serve("* 4 EXISTS\r\n", false);
        try (IdleClient client = IdleClient.open(listener.getLocalPort(), "ann", "secret")) {
            assertThat(client.await(1, PATIENCE)).hasSize(1);
            assertThatThrownBy(() -> client.await(2, Duration.ofMillis(10)))
                .isInstanceOf(IOException.class).hasMessageContaining("1 messages, and not 2");
        }
        server.join();
    }

    @Test
    void aConnectionThatEndsWhileItIsIdleIsAnError() throws Exception {
        CompletableFuture<Void> server = serve("", true);
        try (IdleClient client = IdleClient.open(listener.getLocalPort(), "ann", "secret")) {
            assertThatThrownBy(() -> client.await(1, PATIENCE)).isInstanceOf(IOException.class).hasMessage("IDLE broke off");
        }
        server.join();
    }
}
