// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.SmtpDialogue;

/** A mail that is nearly as large as the heap: DATA spills into a file, and nothing behind it needs the message in one piece. */
class LargeMailTest {
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final String HEAP = "-Xmx256m";
    /** With CRLF, as long as RFC 5321 4.5.3.1.6 allows; one in ten begins with a dot. */
    private static final int LINE = 1_000;
    /** A little more than 200 MiB. */
    private static final int BLOCKS = 210;
    private static final int LINES_OF_BLOCK = 1_000;

    /** Lines of the server's log. */
    private static final int KEPT = 1_000;

    @TempDir
    Path files;

    private final Deque<String> said = new ConcurrentLinkedDeque<>();

    @Test
    void aMailOf200MegabytesGoesThroughAServerWith256MegabytesOfHeap() throws Exception {
        try (CountingSink sink = new CountingSink()) {
            Process server = start(sink.port());
            try {
                await().atMost(PATIENCE).until(() -> port().isPresent() || !server.isAlive());
                String sha256 = send(port().orElseThrow(() -> new AssertionError("The server ended: " + said)));
                await().atMost(PATIENCE).until(() -> !sink.bodies().isEmpty() || !server.isAlive());
                assertThat(server.isAlive()).as("the server lives").isTrue();
                assertThat(sink.bodies()).containsExactly(new CountingSink.Body((long) BLOCKS * LINES_OF_BLOCK * LINE, sha256));
                server.getOutputStream().close();
                assertThat(server.waitFor()).isZero();
                assertThat(spilled()).as("octets in files of messages").isZero();
            } catch (IOException e) {
                throw new AssertionError("The server has said: " + String.join("\n", said), e);
            } finally {
                server.destroyForcibly();
            }
        }
    }

    private Process start(int sinkPort) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
            "-XX:+ExitOnOutOfMemoryError", "-Djava.io.tmpdir=" + files));
        for (String name : List.of("postlane.root", "postlane.assembly")) {
            command.add("-D" + name + "=" + System.getProperty(name));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LargeMailServer.class.getName(),
            String.valueOf(sinkPort)));
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(() -> server.inputReader(ISO_8859_1).lines().forEach(this::hear), "server-output");
        reader.setDaemon(true);
        reader.start();
        return server;
    }

    private void hear(String line) {
        if (said.size() == KEPT && port().isPresent()) {
            said.pollLast();
        }
        said.addLast(line);
    }

    private Optional<Integer> port() {
        return said.stream().filter(line -> line.startsWith(LargeMailServer.SAYS)).findFirst()
            .map(line -> Integer.parseInt(line.substring(LargeMailServer.SAYS.length())));
    }

    /** Returns the digest of the body. */
    private String send(int port) throws IOException {
        MessageDigest digest = CountingSink.sha256();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            BufferedReader replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            expect(replies, "220");
            say(out, replies, "HELO client.test", "250");
            say(out, replies, "MAIL FROM:<x@world.test>", "250");
            say(out, replies, "RCPT TO:<x@relay.test>", "250");
            say(out, replies, "DATA", "354");
            out.write("Subject: large\r\n\r\n".getBytes(ISO_8859_1));
            byte[] block = block();
            byte[] stuffed = stuffed(block);
            for (int i = 0; i < BLOCKS; i++) {
                // As fast as James takes it.
                out.write(stuffed);
                digest.update(block);
            }
            out.flush();
            // Where James puts it while it comes; the last lines may still be on their way.
            await().atMost(PATIENCE).until(() -> spilled() > (long) (BLOCKS - 1) * LINES_OF_BLOCK * LINE);
            say(out, replies, ".", "250");
            say(out, replies, "QUIT", "221");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private long spilled() {
        return Stream.of(files.toFile().listFiles((directory, name) -> name.startsWith("mimemessage-"))).mapToLong(File::length)
            .sum();
    }

    private static byte[] block() {
        StringBuilder block = new StringBuilder(LINES_OF_BLOCK * LINE);
        for (int i = 0; i < LINES_OF_BLOCK; i++) {
            String begin = (i % 10 == 0 ? "." : "") + i + " ";
            block.append(begin).append("x".repeat(LINE - 2 - begin.length())).append("\r\n");
        }
        return block.toString().getBytes(ISO_8859_1);
    }

    /** Without the end of the message. */
    private static byte[] stuffed(byte[] block) {
        byte[] message = SmtpDialogue.stuffed(block);
        return Arrays.copyOf(message, message.length - 3);
    }

    private static void say(OutputStream out, BufferedReader replies, String line, String code) throws IOException {
        out.write((line + "\r\n").getBytes(ISO_8859_1));
        out.flush();
        expect(replies, code);
    }

    private static void expect(BufferedReader replies, String code) throws IOException {
        assertThat(replies.readLine()).startsWith(code + " ");
    }
}
