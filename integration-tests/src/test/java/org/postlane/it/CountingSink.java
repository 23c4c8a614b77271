// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A mail server that keeps nothing of a message but the size and the digest of its body. One connection at a time. */
final class CountingSink implements Closeable {
    /** A body: what stands behind the first empty line, dots undoubled. */
    record Body(long octets, String sha256) {
    }

    private final ServerSocket listener;
    private final List<Body> bodies = new CopyOnWriteArrayList<>();

    CountingSink() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::listen, "counting-sink");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    List<Body> bodies() {
        return bodies;
    }

    private void listen() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                serve(new BufferedInputStream(socket.getInputStream(), 1 << 16), socket.getOutputStream());
            } catch (IOException e) {
                // The client has gone, or the test has ended.
            }
        }
    }

    private void serve(InputStream in, OutputStream out) throws IOException {
        say(out, "220 sink.test");
        for (byte[] line = line(in); line.length > 0; line = line(in)) {
            String verb = new String(line, ISO_8859_1).trim().split("[ :]")[0].toUpperCase(Locale.US);
            if (verb.equals("DATA")) {
                say(out, "354 go on");
                bodies.add(read(in));
            }
            say(out, verb.equals("QUIT") ? "221 bye" : "250 sink.test");
            if (verb.equals("QUIT")) {
                return;
            }
        }
    }

    private static Body read(InputStream in) throws IOException {
        MessageDigest digest = sha256();
        long octets = 0;
        boolean inBody = false;
        for (byte[] line = line(in); !(line.length == 3 && line[0] == '.'); line = line(in)) {
            if (line.length == 0) {
                throw new IOException("The message has no end");
            }
            if (inBody) {
                int dot = line[0] == '.' ? 1 : 0;
                digest.update(line, dot, line.length - dot);
                octets += line.length - dot;
            }
            inBody |= line.length == 2;
        }
        return new Body(octets, HexFormat.of().formatHex(digest.digest()));
    }

    /** With its end; empty at the end of the stream. */
    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);
        int octet;
        do {
            octet = in.read();
            if (octet < 0) {
                return new byte[0];
            }
            line.write(octet);
        } while (octet != '\n');
        return line.toByteArray();
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(ISO_8859_1));
        out.flush();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
