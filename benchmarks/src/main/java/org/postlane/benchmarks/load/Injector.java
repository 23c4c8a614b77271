// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Sends the same content again and again, over connections that it keeps: the envelope and DATA in one segment, the content
 * behind the 354. Cheap, so that the server gets the processor.
 *
 * @param port on loopback
 * @param connections at once
 * @param octets of each message, the final dot not among them
 * @param recipient of the mail with this number, from 0
 */
public record Injector(int port, int connections, int octets, IntFunction<String> recipient) {
    private static final String MAIL = "MAIL FROM:<sender@injector.test>\r\n";
    private static final int TIMEOUT_MILLIS = 120_000;
    private static final int LINE = 72;

    /** All mails to one recipient. */
    public Injector(int port, int connections, int octets, String recipient) {
        this(port, connections, octets, number -> recipient);
    }

    /**
     * Returns when the server has accepted them all.
     *
     * @throws IOException where a command is refused or the connection breaks
     */
    public void send(int mails) throws IOException, InterruptedException {
        byte[] content = content();
        AtomicInteger left = new AtomicInteger(mails);
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                senders.add(threads.submit(() -> {
                    converse(left, content);
                    return null;
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("injecting into port " + port + " failed: " + e.getCause().getMessage(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void converse(AtomicInteger left, byte[] content) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            expect(in, '2');
            say(out, "EHLO injector.test\r\n");
            expect(in, '2');
            for (int number = left.decrementAndGet(); number >= 0; number = left.decrementAndGet()) {
                say(out, MAIL + rcpt(number) + "DATA\r\n");
                expect(in, '2');
                expect(in, '2');
                expect(in, '3');
                out.write(content);
                expect(in, '2');
            }
            say(out, "QUIT\r\n");
            expect(in, '2');
        }
    }

    private String rcpt(int number) {
        return "RCPT TO:<" + recipient.apply(number) + ">\r\n";
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(US_ASCII));
    }

    private static void expect(InputStream in, char first) throws IOException {
        StringBuilder line = new StringBuilder();
        do {
            line.setLength(0);
            for (int octet = in.read(); octet != '\n'; octet = in.read()) {
                if (octet < 0) {
                    throw new IOException("the server hung up");
                }
                line.append((char) octet);
            }
        } while (line.length() > 3 && line.charAt(3) == '-');
        if (line.length() < 3 || line.charAt(0) != first) {
            throw new IOException("the server said " + line.toString().strip());
        }
    }

    /** With the dot that ends it. */
    byte[] content() {
        StringBuilder text = new StringBuilder("From: <sender@injector.test>\r\nTo: <" + recipient.apply(0) + ">\r\n"
            + "Date: Mon, 5 Jan 2026 10:00:00 +0000\r\nMessage-ID: <1@injector.test>\r\nSubject: A benchmark\r\n"
            + "MIME-Version: 1.0\r\n\r\n");
        while (text.length() < octets) {
            int line = Math.min(LINE, Math.max(0, octets - text.length() - 2));
            text.append("x".repeat(line)).append("\r\n");
        }
        return text.append(".\r\n").toString().getBytes(US_ASCII);
    }
}
