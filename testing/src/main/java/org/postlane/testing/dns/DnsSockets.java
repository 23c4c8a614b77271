// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;

/** The server's port, for UDP and TCP, and the threads that read it. Answers may be sent from any thread. */
final class DnsSockets {
    private static final Logger log = LoggerFactory.getLogger(DnsSockets.class);
    private static final int MAX_OCTETS = 65_535;
    /** A port that is free for UDP may be taken for TCP: then another. */
    private static final int ATTEMPTS = 20;
    /** Thousands of questions may come at once, and a lost one costs the client its whole time-out. */
    private static final int UDP_BUFFER = 4 << 20;

    private final Answers answers;
    private final Faults faults;
    private final QueryCount queries;
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    DnsSockets(Answers answers, Faults faults, QueryCount queries) {
        this.answers = answers;
        this.faults = faults;
        this.queries = queries;
        InetAddress loopback = loopback();
        DatagramSocket datagrams = null;
        ServerSocket streams = null;
        for (int i = 0; streams == null; i++) {
            try {
                datagrams = new DatagramSocket(0, loopback);
                streams = new ServerSocket(datagrams.getLocalPort(), 0, loopback);
            } catch (BindException e) {
                if (datagrams != null) {
                    datagrams.close();
                }
                if (i == ATTEMPTS) {
                    throw new UncheckedIOException(e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        this.udp = datagrams;
        this.tcp = streams;
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    void begin() {
        try {
            udp.setReceiveBufferSize(UDP_BUFFER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread("dns-test-udp-", this::readDatagrams);
        thread("dns-test-tcp-", this::acceptConnections);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) tcp.getLocalSocketAddress();
    }

    void close() {
        udp.close();
        try {
            tcp.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name + tcp.getLocalPort());
        thread.setDaemon(true);
        thread.start();
    }

    private void readDatagrams() {
        byte[] buffer = new byte[MAX_OCTETS];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                queries.count(query.getQuestion(), false);
                faults.whenReleased(query.getQuestion(), () -> answerDatagram(query, packet.getSocketAddress()));
            } catch (IOException | RuntimeException e) {
                if (!udp.isClosed()) {
                    log.warn("A question over UDP was not answered", e);
                }
            }
        }
    }

    private void answerDatagram(Message query, SocketAddress client) {
        answers.to(query, false).ifPresent(octets -> {
            try {
                udp.send(new DatagramPacket(octets, octets.length, client));
            } catch (IOException e) {
                if (!udp.isClosed()) {
                    log.warn("An answer over UDP was not sent", e);
                }
            }
        });
    }

    private void acceptConnections() {
        while (!tcp.isClosed()) {
            try {
                Socket socket = tcp.accept();
                open.add(socket);
                thread("dns-test-connection-", () -> readConnection(socket));
            } catch (IOException e) {
                if (!tcp.isClosed()) {
                    log.warn("Cannot accept a connection", e);
                }
            }
        }
    }

    private void readConnection(Socket socket) {
        try (socket; DataInputStream in = new DataInputStream(socket.getInputStream())) {
            while (true) {
                Message query = new Message(in.readNBytes(in.readUnsignedShort()));
                queries.count(query.getQuestion(), true);
                faults.whenReleased(query.getQuestion(), () -> answerStream(query, socket));
            }
        } catch (EOFException end) {
            log.debug("The client ended the connection", end);
        } catch (IOException e) {
            if (!socket.isClosed()) {
                log.warn("A connection failed", e);
            }
        } finally {
            open.remove(socket);
        }
    }

    /** One write for length and message: some clients read them as one. */
    private void answerStream(Message query, Socket socket) {
        try {
            Optional<byte[]> octets = answers.to(query, true);
            if (octets.isEmpty()) {
                if (faults.of(query.getQuestion()).filter(DnsFault.TRUNCATED_WITHOUT_TCP::equals).isPresent()) {
                    socket.close();
                }
                return;
            }
            int length = octets.get().length;
            byte[] framed = ByteBuffer.allocate(length + Short.BYTES).putShort((short) length).put(octets.get()).array();
            synchronized (socket) {
                socket.getOutputStream().write(framed);
            }
        } catch (IOException e) {
            log.debug("An answer over TCP was not sent", e);
        }
    }
}
