// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Speaks POP3 (RFC 1939) by hand. What is answered -ERR is an {@link AssertionError} that carries the dialogue so far. Waits
 * at most 30 s for anything, and 3 min for a maildrop to be opened. For one thread.
 */
public final class Pop3Dialogue implements Closeable {
    /** A maildrop of ten thousand messages in a database is listed for longer than most answers may take. */
    private static final Duration LISTING = Duration.ofMinutes(3);

    private final Dialogue dialogue;

    private Pop3Dialogue(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    /**
     * What STAT says.
     *
     * @param messages how many
     * @param octets all of them together
     */
    public record Stat(int messages, long octets) {
    }

    /** Connects and takes the greeting. */
    public static Pop3Dialogue connect(InetSocketAddress address) {
        Pop3Dialogue client = new Pop3Dialogue(Dialogue.connect(address));
        client.expectOk("the greeting");
        return client;
    }

    /** Connects and takes the greeting. */
    public static Pop3Dialogue connect(String host, int port) {
        return connect(new InetSocketAddress(host, port));
    }

    /** USER and PASS. */
    public Pop3Dialogue login(String user, String secret) {
        command("USER " + user);
        dialogue.limit(LISTING);
        command("PASS " + secret);
        dialogue.limit(null);
        return this;
    }

    /** STAT. */
    public Stat stat() {
        String[] words = command("STAT").split(" ");
        return new Stat(Integer.parseInt(words[1]), Long.parseLong(words[2]));
    }

    /** UIDL: the unique id by message number. */
    public Map<Integer, String> uidl() {
        Map<Integer, String> ids = new LinkedHashMap<>();
        command("UIDL");
        for (String line : new String(dialogue.readBlock(), UTF_8).lines().toList()) {
            String[] words = line.split(" ", 2);
            ids.put(Integer.valueOf(words[0]), words[1]);
        }
        return ids;
    }

    /** RETR: the message octet for octet, dots unstuffed, with its last CRLF. */
    public byte[] retr(int number) {
        command("RETR " + number);
        return dialogue.readBlock();
    }

    /** Every message, in the order of their numbers. */
    public List<byte[]> retrAll() {
        List<byte[]> messages = new ArrayList<>();
        int count = stat().messages();
        for (int number = 1; number <= count; number++) {
            messages.add(retr(number));
        }
        return messages;
    }

    /** DELE; takes effect with {@link #quit()}. */
    public void dele(int number) {
        command("DELE " + number);
    }

    /** QUIT, which carries out the deletions, and the end of the connection. */
    public void quit() {
        command("QUIT");
        close();
    }

    /** Sends one command and reads its status line, which must be +OK. */
    public String command(String line) {
        dialogue.send(line);
        return expectOk(line);
    }

    private String expectOk(String what) {
        String status = dialogue.readLine();
        if (status == null || !status.startsWith("+OK")) {
            throw dialogue.failed(what + " was answered " + status, null);
        }
        return status;
    }

    /** What was said so far. */
    public List<String> transcript() {
        return dialogue.transcript();
    }

    /** Ends the connection without QUIT: nothing is deleted. */
    @Override
    public void close() {
        dialogue.close();
    }
}
