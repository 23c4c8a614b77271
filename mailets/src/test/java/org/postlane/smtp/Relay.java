// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.postlane.testing.SmtpServer;

/** Stands between a client and a server and notes what the client has sent, also while the server reads none of it. */
public final class Relay implements Closeable {
    private final ServerSocket listening;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final StringBuilder client = new StringBuilder();
    private boolean clientSpeaks;
    private int turns;

    public Relay(SmtpServer server) {
        try {
            listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(() -> {
            while (true) {
                Socket in = listening.accept();
                Socket out = new Socket(server.address().getAddress(), server.port());
                sockets.addAll(List.of(in, out));
                start(() -> copy(in, out, true));
                start(() -> copy(out, in, false));
            }
        });
    }

    /** May end with its connection. */
    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // One side has closed, and so the other.
                Thread.currentThread().interrupt();
            }
        }, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private void copy(Socket from, Socket to, boolean byClient) throws IOException {
        try (from; to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] octets = new byte[64 * 1024];
            for (int count = in.read(octets); count >= 0; count = in.read(octets)) {
                synchronized (this) {
                    turns += byClient && !clientSpeaks ? 1 : 0;
                    clientSpeaks = byClient;
                    if (byClient) {
                        client.append(new String(octets, 0, count, ISO_8859_1));
                    }
                }
                out.write(octets, 0, count);
            }
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** How often the client has said this. */
    public synchronized int count(String said) {
        return client.toString().split(java.util.regex.Pattern.quote(said), -1).length - 1;
    }

    /** How often the client spoke after the server: round trips. */
    public synchronized int turns() {
        return turns;
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
