// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A connection to a server on loopback that has been greeted; replies are only looked at as far as needed. For one thread. */
final class SmtpConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 120_000;
    private static final int LINE = 72;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    SmtpConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        expect('2');
        write("EHLO injector.test\r\n".getBytes(US_ASCII));
        expect('2');
    }

    /** All in one segment, if it fits. */
    void write(byte[] octets) throws IOException {
        out.write(octets);
    }

    /**
     * Reads one reply.
     *
     * @throws IOException where it begins with another digit, or the connection breaks
     */
    void expect(char first) throws IOException {
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

    /** MAIL, RCPT and DATA in one segment, for one recipient. */
    static byte[] envelope(String recipient) {
        return ("MAIL FROM:<sender@injector.test>\r\nRCPT TO:<" + recipient + ">\r\nDATA\r\n").getBytes(US_ASCII);
    }

    /** Sends one mail; returns when the reply to the final dot has been read. */
    void send(byte[] envelope, byte[] content) throws IOException {
        write(envelope);
        expect('2');
        expect('2');
        expect('3');
        write(content);
        expect('2');
    }

    /** A message of so many octets, and the dot that ends it. */
    static byte[] content(int octets, String recipient) {
        StringBuilder text = new StringBuilder("From: <sender@injector.test>\r\nTo: <" + recipient + ">\r\n"
            + "Date: Mon, 5 Jan 2026 10:00:00 +0000\r\nMessage-ID: <1@injector.test>\r\nSubject: A benchmark\r\n"
            + "MIME-Version: 1.0\r\n\r\n");
        while (text.length() < octets) {
            int line = Math.min(LINE, Math.max(0, octets - text.length() - 2));
            text.append("x".repeat(line)).append("\r\n");
        }
        return text.append(".\r\n").toString().getBytes(US_ASCII);
    }

    void quit() throws IOException {
        write("QUIT\r\n".getBytes(US_ASCII));
        expect('2');
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
