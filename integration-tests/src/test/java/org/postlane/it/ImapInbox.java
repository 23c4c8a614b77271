// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A look into an inbox over IMAP with TLS from the first octet. */
final class ImapInbox {
    private final Socket socket;
    private final BufferedReader in;

    private ImapInbox(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    /** The subjects of all its messages, in order. James leaves a command unanswered now and then: it is asked again. */
    static List<String> subjects(int port, String user, String password) throws IOException {
        try {
            return look(port, user, password);
        } catch (SocketTimeoutException e) {
            return look(port, user, password);
        }
    }

    private static List<String> look(int port, String user, String password) throws IOException {
        try (Socket socket = Pop3Client.tls(new Socket(InetAddress.getLoopbackAddress(), port))) {
            ImapInbox inbox = new ImapInbox(socket);
            inbox.in.readLine();
            inbox.ask("LOGIN \"" + user + "\" \"" + password + "\"");
            boolean isEmpty = inbox.ask("EXAMINE INBOX").stream().anyMatch(line -> line.startsWith("* 0 EXISTS"));
            return isEmpty ? List.of() : inbox.ask("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]").stream()
                .filter(line -> line.startsWith("Subject: ")).map(line -> line.substring("Subject: ".length())).toList();
        }
    }

    /** The lines in front of the tagged one, which must be OK. */
    private List<String> ask(String command) throws IOException {
        socket.getOutputStream().write(("a " + command + "\r\n").getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith("a ")) {
                // Of an inbox whose first message has been counted just now, and has no number yet.
                if (line.contains("Invalid messageset")) {
                    return List.of();
                }
                if (!line.startsWith("a OK")) {
                    throw new IOException(command + ": " + line);
                }
                return lines;
            }
            lines.add(line);
        }
        throw new IOException(command + ": the server closed the connection");
    }
}
