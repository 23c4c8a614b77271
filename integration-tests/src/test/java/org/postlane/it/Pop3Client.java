// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A POP3 client that sends what it is told, octet for octet, and takes what comes. Waits 30 s at most for anything. */
final class Pop3Client implements Closeable {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final TrustManager ANYBODY = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // What a server shows is not what these tests are about.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // As above.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    private Socket socket;
    private InputStream in;
    private final String greeting;

    private Pop3Client(Socket socket) throws IOException {
        use(socket);
        this.greeting = line();
    }

    private void use(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    static Pop3Client plain(int port) throws IOException {
        return new Pop3Client(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** One that has hardly any room for what it did not read. */
    static Pop3Client slow(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Pop3Client(socket);
    }

    static Pop3Client overTls(int port) throws IOException {
        return new Pop3Client(tls(new Socket(InetAddress.getLoopbackAddress(), port)));
    }

    private static Socket tls(Socket plain) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {ANYBODY}, null);
            SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
            secured.setSoTimeout(PATIENCE_MILLIS);
            secured.startHandshake();
            return secured;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** The handshake behind a +OK to STLS. */
    Pop3Client startTls() throws IOException {
        use(tls(socket));
        return this;
    }

    String greeting() {
        return greeting;
    }

    /** The responses to some commands, sent one by one; each must have one line. */
    List<String> say(String... commands) throws IOException {
        List<String> responses = new ArrayList<>();
        for (String command : commands) {
            responses.add(ask(command));
        }
        return responses;
    }

    /** The first line of the response to one command. */
    String ask(String command) throws IOException {
        send(command + "\r\n");
        return line();
    }

    Pop3Client login(String user, String secret) throws IOException {
        ask("USER " + user);
        String response = ask("PASS " + secret);
        if (!response.startsWith("+OK")) {
            throw new AssertionError("login of " + user + ": " + response);
        }
        return this;
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
        socket.getOutputStream().flush();
    }

    /** The next line without its CRLF. */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = octet(); octet != '\n'; octet = octet()) {
            line.write(octet);
        }
        String text = line.toString(ISO_8859_1);
        if (!text.endsWith("\r")) {
            throw new AssertionError("a line without CR: " + text);
        }
        return text.substring(0, text.length() - 1);
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("the server closed the connection");
        }
        return octet;
    }

    /**
     * The octets up to the dot that ends a response, unstuffed, with their last CRLF. As most clients do, it takes LF for the end
     * of a line.
     */
    byte[] content() throws IOException {
        return content(false);
    }

    /** The same for a client to which nothing but CRLF ends a line. */
    byte[] strictContent() throws IOException {
        return content(true);
    }

    private byte[] content(boolean strict) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int last = 0;
        while (true) {
            int octet = octet();
            line.write(octet);
            if (octet == '\n' && (last == '\r' || !strict)) {
                byte[] octets = line.toByteArray();
                if (octets.length <= 3 && line.toString(ISO_8859_1).strip().equals(".")) {
                    return content.toByteArray();
                }
                int from = octets[0] == '.' ? 1 : 0;
                content.write(octets, from, octets.length - from);
                line.reset();
            }
            last = octet;
        }
    }

    /** The lines of a multi-line response behind its first. */
    List<String> lines() throws IOException {
        return new String(content(), ISO_8859_1).lines().toList();
    }

    /** The lines of the response to a command, which must be +OK, without the first. */
    List<String> list(String command) throws IOException {
        String response = ask(command);
        if (!response.startsWith("+OK")) {
            throw new AssertionError(command + ": " + response);
        }
        return lines();
    }

    byte[] retr(int number) throws IOException {
        String response = ask("RETR " + number);
        if (!response.startsWith("+OK")) {
            throw new AssertionError("RETR " + number + ": " + response);
        }
        return content();
    }

    /** What comes until the server closes the connection. */
    String rest() {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            in.transferTo(rest);
        } catch (IOException e) {
            rest.writeBytes(("(" + e.getClass().getSimpleName() + ")").getBytes(UTF_8));
        }
        return rest.toString(ISO_8859_1);
    }

    /** Ends the connection as a client does that was killed. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
