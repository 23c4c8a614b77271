// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** The client's side of a line protocol, with a transcript that every failure carries. For one thread. */
final class Dialogue {
    /** Longer than any reply should take on a loaded machine. */
    private static final int TIMEOUT_MILLIS = 30_000;
    /** How much of a failed dialogue is worth reading. */
    private static final int TRANSCRIPT_LINES = 40;

    private final Wire wire;
    private final List<String> transcript = new ArrayList<>();

    private Dialogue(Wire wire) {
        this.wire = wire;
    }

    static Dialogue connect(InetSocketAddress address) {
        try {
            Socket socket = new Socket();
            socket.connect(address, TIMEOUT_MILLIS);
            Wire wire = new Wire(socket);
            wire.readTimeout(TIMEOUT_MILLIS);
            return new Dialogue(wire);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + address, e);
        }
    }

    void send(String line) {
        note("C: " + line);
        write((line + "\r\n").getBytes(UTF_8));
    }

    void sendBytes(byte[] bytes) {
        note("C: (" + bytes.length + " octets)");
        write(bytes);
    }

    private void write(byte[] bytes) {
        try {
            wire.write(bytes);
        } catch (IOException e) {
            throw failed("cannot send", e);
        }
    }

    /** The next line without CRLF; null at the end of the stream. */
    String readLine() {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int octet = wire.read();
            if (octet < 0) {
                return null;
            }
            while (octet >= 0 && octet != '\n') {
                line.write(octet);
                octet = wire.read();
            }
            String text = line.toString(UTF_8);
            String bare = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            note("S: " + bare);
            return bare;
        } catch (IOException e) {
            throw failed("cannot read", e);
        }
    }

    /** A multi-line block up to CRLF.CRLF, unstuffed. */
    byte[] readBlock() {
        try {
            byte[] block = new ContentReader(wire::read).read();
            if (block == null) {
                throw failed("the stream ended within a multi-line response", null);
            }
            note("S: (" + block.length + " octets)");
            return block;
        } catch (IOException e) {
            throw failed("cannot read", e);
        }
    }

    /** Has the next answers take this long at most, each; null for as long as any. */
    void limit(Duration limit) {
        try {
            wire.readTimeout(limit == null ? TIMEOUT_MILLIS : (int) limit.toMillis());
        } catch (IOException e) {
            throw failed("no connection", e);
        }
    }

    void tls(SSLContext context, String host, boolean verifyName) {
        try {
            wire.connectTls(context, host, verifyName);
            wire.readTimeout(TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw failed("no TLS", e);
        }
    }

    void close() {
        try {
            wire.close();
        } catch (IOException e) {
            throw failed("cannot close", e);
        }
    }

    void reset() {
        try {
            wire.reset();
        } catch (IOException e) {
            throw failed("cannot reset", e);
        }
    }

    AssertionError failed(String what, Throwable cause) {
        int from = Math.max(0, transcript.size() - TRANSCRIPT_LINES);
        String said = String.join("\n", transcript.subList(from, transcript.size()));
        return new AssertionError(what + "; the dialogue was:\n" + said, cause);
    }

    private void note(String line) {
        transcript.add(line);
    }

    List<String> transcript() {
        return List.copyOf(transcript);
    }
}
