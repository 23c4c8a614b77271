// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** A socket with a read buffer that can change to TLS. One thread reads; any thread may write, close or reset. */
final class Wire {
    /** How long a thread waits for another one's write before it gives up a tidy end. */
    private static final long TIDY_MILLIS = 1000;

    private final Socket raw;
    private final ReentrantLock writing = new ReentrantLock();
    private final byte[] buffer = new byte[16 * 1024];
    private volatile Socket socket;
    private InputStream in;
    private OutputStream out;
    private int position;
    private int limit;
    private boolean ended;

    Wire(Socket raw) throws IOException {
        this.raw = raw;
        this.socket = raw;
        raw.setTcpNoDelay(true);
        in = raw.getInputStream();
        out = raw.getOutputStream();
    }

    /** The next octet, or -1 once the peer has closed its side. */
    int read() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        return buffer[position++] & 0xff;
    }

    /** Puts the octet that was just read back; one, and only right behind the read. */
    void unread() {
        position--;
    }

    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        int count = in.read(buffer, 0, buffer.length);
        if (count < 0) {
            ended = true;
            return false;
        }
        position = 0;
        limit = count;
        return true;
    }

    /** Whether input has arrived that nobody has read yet. */
    boolean hasUnread() throws IOException {
        return position < limit || (!ended && in.available() > 0);
    }

    /**
     * Whether the peer has closed its side; looks for at most the given time. What it sent before stays to be read, and where
     * that fills the buffer nothing can be seen behind it.
     */
    boolean peerIsGone(int milliseconds) throws IOException {
        if (ended || limit - position == buffer.length) {
            return ended;
        }
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
        socket.setSoTimeout(milliseconds);
        try {
            int count = in.read(buffer, limit, buffer.length - limit);
            ended = count < 0;
            limit += Math.max(0, count);
            return ended;
        } catch (SocketTimeoutException stillThere) {
            return false;
        } finally {
            socket.setSoTimeout(0);
        }
    }

    /** Limits how long one read may wait; 0 for ever. */
    void readTimeout(int milliseconds) throws IOException {
        socket.setSoTimeout(milliseconds);
    }

    void write(byte[] bytes) throws IOException {
        writing.lock();
        try {
            out.write(bytes);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    /** Drops what has arrived so far: it came before TLS and must not count as if it had come through it (RFC 3207, 4.2). */
    void forgetArrived() throws IOException {
        forgetUnread();
        while (hasUnread() && fill()) {
            forgetUnread();
        }
    }

    private void forgetUnread() {
        position = 0;
        limit = 0;
    }

    /** The server's side of a handshake. */
    void acceptTls(TestTls certificate) throws IOException {
        InputStream consumed = new ByteArrayInputStream(buffer, position, limit - position);
        SSLSocket tls = (SSLSocket) certificate.serverContext().getSocketFactory().createSocket(raw, consumed, true);
        tls.setUseClientMode(false);
        certificate.prepare(tls);
        use(tls);
    }

    /** The client's side of a handshake. */
    void connectTls(SSLContext context, String host, boolean verifyName) throws IOException {
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(raw, host, raw.getPort(), true);
        if (verifyName) {
            var parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
        }
        use(tls);
    }

    private void use(SSLSocket tls) throws IOException {
        tls.startHandshake();
        writing.lock();
        try {
            in = tls.getInputStream();
            out = tls.getOutputStream();
            socket = tls;
        } finally {
            writing.unlock();
        }
        forgetUnread();
    }

    boolean isTls() {
        return socket != raw;
    }

    Optional<SSLSession> tlsSession() {
        return socket instanceof SSLSocket ? Optional.of(((SSLSocket) socket).getSession()) : Optional.empty();
    }

    /** Says to the peer that nothing more will come. Where another thread is stuck in a write, closes at once. */
    void finishOutput() throws IOException {
        boolean mine = false;
        try {
            mine = writing.tryLock(TIDY_MILLIS, TimeUnit.MILLISECONDS);
            if (!mine) {
                raw.close();
                return;
            }
            unlessClosed(() -> {
                socket.shutdownOutput();
                if (!raw.isOutputShutdown()) {
                    raw.shutdownOutput();
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            raw.close();
        } finally {
            if (mine) {
                writing.unlock();
            }
        }
    }

    /** Wakes the thread that reads: it sees the end of the stream. */
    void finishInput() throws IOException {
        unlessClosed(raw::shutdownInput);
    }

    /** Reads and drops what still comes, so that closing does not reset the connection under the peer's feet. */
    void drain() throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIDY_MILLIS);
        forgetUnread();
        try {
            long left = TIDY_MILLIS;
            while (left > 0 && !ended) {
                socket.setSoTimeout((int) left);
                fill();
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
        } catch (SocketTimeoutException longEnough) {
            forgetUnread();
        }
    }

    /** From now on closing is a RST, whichever thread closes. */
    void resetOnClose() throws IOException {
        unlessClosed(() -> raw.setSoLinger(true, 0));
    }

    void reset() throws IOException {
        resetOnClose();
        raw.close();
    }

    @FunctionalInterface
    private interface Act {
        void run() throws IOException;
    }

    /** Another thread may close at any moment: then there is nothing left to do. */
    private void unlessClosed(Act act) throws IOException {
        try {
            act.run();
        } catch (SocketException e) {
            if (!raw.isClosed()) {
                throw e;
            }
        }
    }

    /** Closes without ceremony; a thread that reads or writes here ends with a SocketException. */
    void close() throws IOException {
        raw.close();
    }
}
