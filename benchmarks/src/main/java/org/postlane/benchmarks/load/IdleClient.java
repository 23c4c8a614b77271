// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mail client with a mailbox open and IDLE (RFC 2177) under way: it notes when each message of the inbox was announced. Its
 * clock is {@link System#nanoTime}. Safe for use by several threads.
 */
public final class IdleClient implements AutoCloseable {
    private static final Pattern EXISTS = Pattern.compile("\\* (\\d+) EXISTS");
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final BufferedReader in;
    private final OutputStream out;
    private final Thread reader;
    /** When each message came that was not there at first; message by message. */
    private final List<Long> announced = new ArrayList<>();
    private int present;
    private boolean closing;
    private IOException failure;

    private IdleClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        out = socket.getOutputStream();
        reader = new Thread(this::read, "imap-idle");
        reader.setDaemon(true);
    }

    /** Logs in, opens the inbox and goes idle. */
    public static IdleClient open(int port, String user, String password) throws IOException {
        IdleClient client = new IdleClient(port);
        try {
            client.begin(user, password);
            return client;
        } catch (IOException e) {
            client.socket.close();
            throw e;
        }
    }

    private void begin(String user, String password) throws IOException {
        line();
        command("a LOGIN " + user + " " + password, "a OK");
        present = Integer.parseInt(command("b SELECT INBOX", "b OK"));
        command("c IDLE", "+");
        socket.setSoTimeout(0);
        reader.start();
    }

    /** Sends a command and reads to the line that begins so. Returns the last number of messages among the lines before, or 0. */
    private String command(String command, String end) throws IOException {
        out.write((command + "\r\n").getBytes(US_ASCII));
        String exists = "0";
        for (String line = line(); !line.startsWith(end); line = line()) {
            Matcher number = EXISTS.matcher(line);
            if (number.matches()) {
                exists = number.group(1);
            } else if (!line.startsWith("*")) {
                throw new IOException("the server said " + line);
            }
        }
        return exists;
    }

    private String line() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the server hung up");
        }
        return line;
    }

    private void read() {
        try {
            while (true) {
                String line = line();
                long now = System.nanoTime();
                Matcher number = EXISTS.matcher(line);
                if (number.matches()) {
                    announce(Integer.parseInt(number.group(1)), now);
                }
            }
        } catch (IOException e) {
            synchronized (this) {
                if (!(closing && e instanceof SocketException)) {
                    failure = e;
                }
                notifyAll();
            }
        }
    }

    private synchronized void announce(int messages, long now) {
        while (present + announced.size() < messages) {
            announced.add(now);
        }
        notifyAll();
    }

    /**
     * Waits until so many messages have been announced since it was opened, and returns when each of them was.
     *
     * @throws IOException where the connection breaks, or they do not come in time
     */
    public synchronized List<Long> await(int messages, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (announced.size() < messages && failure == null) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new IOException("IDLE has announced " + announced.size() + " messages, and not " + messages);
            }
            wait(left);
        }
        if (failure != null) {
            throw new IOException("IDLE broke off", failure);
        }
        return List.copyOf(announced.subList(0, messages));
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closing = true;
        }
        socket.close();
    }
}
