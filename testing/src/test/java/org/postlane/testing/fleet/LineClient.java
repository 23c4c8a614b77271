// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A client that says lines and reads lines. */
final class LineClient implements Closeable {
    private static final int PATIENCE_MS = 20_000;

    final Socket socket;
    private final BufferedReader in;

    LineClient(String host, int port) throws IOException {
        socket = new Socket(host, port);
        socket.setSoTimeout(PATIENCE_MS);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    }

    LineClient say(String... lines) throws IOException {
        socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n").getBytes(US_ASCII));
        return this;
    }

    /** The next line; null at the end of the connection. */
    String hear() throws IOException {
        return in.readLine();
    }

    /** Says a line and hears one. */
    String ask(String line) throws IOException {
        return say(line).hear();
    }

    /** A mail, all of it at once; the answer to its final dot. */
    String mail(String id, String... recipients) throws IOException {
        List<String> lines = new ArrayList<>(List.of("MAIL FROM:<s@home.test>"));
        for (String recipient : recipients) {
            lines.add("RCPT TO:<" + recipient + ">");
        }
        lines.add("DATA");
        // In one write: a server that ends the connection at the first of them would have the next one fail.
        say(lines.toArray(String[]::new));
        String answer = hear();
        for (int i = 0; i < recipients.length + 1 && answer != null && !answer.startsWith("421"); i++) {
            answer = hear();
        }
        if (answer == null || !answer.startsWith("354")) {
            return answer;
        }
        return say("Message-ID: <" + id + ">", "", "..dots", "text", ".").hear();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
