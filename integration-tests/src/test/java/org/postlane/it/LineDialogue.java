// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client of SMTP that says exactly what it is told: nothing of James or Postlane is on this side of the wire. */
final class LineDialogue implements Closeable {
    private static final Duration READ_LIMIT = Duration.ofSeconds(30);

    private final Socket socket;
    private final BufferedReader reader;

    /** Connects to 127.0.0.1 and reads a greeting that begins with {@code greeting}. */
    LineDialogue(int port, String greeting) throws IOException {
        this(JamesUnderTest.LOOPBACK, port, greeting);
    }

    /** The same from an address of this machine, such as 127.0.0.2. */
    LineDialogue(String from, int port, String greeting) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0), greeting);
    }

    private LineDialogue(Socket socket, String greeting) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) READ_LIMIT.toMillis());
        reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        assertThat(line()).startsWith(greeting);
    }

    /** The same over TLS from the first octet. */
    static LineDialogue overTls(int port, String greeting) throws IOException {
        return new LineDialogue(Pop3Client.tls(new Socket(InetAddress.getLoopbackAddress(), port)), greeting);
    }

    /** Sends {@code line} and returns the reply's last line, which must begin with {@code expected}. */
    String say(String line, String expected) throws IOException {
        send(line);
        String reply = line();
        // SMTP continues a reply with a hyphen behind the code (RFC 5321 4.2.1).
        while (reply.matches("\\d{3}-.*")) {
            reply = line();
        }
        assertThat(reply).as("reply to " + line).startsWith(expected);
        return reply;
    }

    void send(String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Whether the server has closed the connection, behind what was read. */
    boolean isAtEnd() throws IOException {
        return reader.readLine() == null;
    }

    /** The next line of the server. */
    String line() throws IOException {
        String line = reader.readLine();
        assertThat(line).as("the server closed the connection").isNotNull();
        return line;
    }

    /** Ends the connection without a last word, as a machine does that is switched off and on again. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
