// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

import org.postlane.smtp.Content;

/** Content in memory. */
final class Message implements Content {
    private final byte[] octets;

    Message(byte[] octets) {
        this.octets = octets.clone();
    }

    /** A mail whose subject is this line. */
    static Message about(String subject) {
        return new Message(("From: sender@client.test\r\nSubject: " + subject + "\r\n\r\n.a dotted line\r\n").getBytes(UTF_8));
    }

    /** A mail of about that many octets. */
    static Message ofSize(int octets) {
        return new Message(("Subject: large\r\n\r\n" + ("0123456789".repeat(7) + "\r\n").repeat(octets / 72)).getBytes(UTF_8));
    }

    /** Its Subject field. */
    String subject() {
        return stored().lines().filter(line -> line.startsWith("Subject: ")).findFirst().orElseThrow();
    }

    /**
     * What must be stored of it where lines end with LF: the client makes every line end, be it CRLF, LF or CR, a CRLF, and ends
     * the last line.
     */
    String stored() {
        String text = new String(octets, ISO_8859_1).replaceAll("\r\n|\r", "\n");
        return text.endsWith("\n") ? text : text + "\n";
    }

    @Override
    public long size() {
        return octets.length;
    }

    @Override
    public boolean isEightBit() {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(octets);
    }
}
