// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * Speaks SMTP by hand, line by line or octet by octet. What goes wrong is an {@link AssertionError} that carries the
 * dialogue so far. Waits at most 30 s for anything. For one thread.
 */
public final class SmtpDialogue implements Closeable {
    private final Dialogue dialogue;
    private final String host;

    private SmtpDialogue(Dialogue dialogue, String host) {
        this.dialogue = dialogue;
        this.host = host;
    }

    /**
     * One reply.
     *
     * @param code of its last line; 0 where that is no reply line
     * @param lines as they came, codes included
     */
    public record Reply(int code, List<String> lines) {
        /** All lines, separated by LF. */
        public String text() {
            return String.join("\n", lines);
        }

        /** Whether an EHLO reply offers this extension. */
        public boolean offers(String keyword) {
            return lines.stream().skip(1).anyMatch(line -> line.length() > 4
                && line.substring(4).split(" ", 2)[0].equalsIgnoreCase(keyword));
        }
    }

    /** Connects, and reads nothing yet. */
    public static SmtpDialogue connect(InetSocketAddress address) {
        return new SmtpDialogue(Dialogue.connect(address), address.getHostString());
    }

    /** Connects, and reads nothing yet. */
    public static SmtpDialogue connect(String host, int port) {
        return connect(new InetSocketAddress(host, port));
    }

    /** Connects with TLS from the first octet; the name in the certificate is not checked. */
    public static SmtpDialogue connectTls(InetSocketAddress address, SSLContext context) {
        SmtpDialogue client = connect(address);
        client.dialogue.tls(context, client.host, false);
        return client;
    }

    /** Connects, takes the greeting and says EHLO. */
    public static SmtpDialogue greeted(InetSocketAddress address) {
        SmtpDialogue client = connect(address);
        client.expect(220);
        client.ehlo("client.test");
        return client;
    }

    /** Sends one line with CRLF and does not wait. */
    public SmtpDialogue send(String line) {
        dialogue.send(line);
        return this;
    }

    /** Sends octets exactly as given and does not wait. */
    public SmtpDialogue sendBytes(byte[] bytes) {
        dialogue.sendBytes(bytes);
        return this;
    }

    /** Reads one reply, whatever its code. */
    public Reply readReply() {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = readLine();
            if (line == null) {
                throw dialogue.failed("the server has closed the connection", null);
            }
            lines.add(line);
        } while (line.length() > 3 && line.charAt(3) == '-');
        return new Reply(Replies.code(line), List.copyOf(lines));
    }

    /** Reads one line; null once the server has closed its side. */
    public String readLine() {
        return dialogue.readLine();
    }

    /** Reads one reply, which must have this code. */
    public Reply expect(int code) {
        Reply reply = readReply();
        if (reply.code() != code) {
            throw dialogue.failed("expected " + code + ", got " + reply.text(), null);
        }
        return reply;
    }

    /** Reads nothing more: the server must have closed its side. */
    public void expectEnd() {
        String line = readLine();
        if (line != null) {
            throw dialogue.failed("expected the end of the stream, got " + line, null);
        }
    }

    /** Sends one line and reads the reply. */
    public Reply command(String line) {
        return send(line).readReply();
    }

    /** Sends one line; the reply must have this code. */
    public Reply command(String line, int code) {
        return send(line).expect(code);
    }

    /** Says EHLO, which must be answered 250. */
    public Reply ehlo(String name) {
        return command("EHLO " + name, 250);
    }

    /** STARTTLS and the handshake, and EHLO again; the name in the certificate is not checked. */
    public Reply startTls(SSLContext context) {
        command("STARTTLS", 220);
        beginTls(context);
        return ehlo("client.test");
    }

    /** The handshake alone; the name in the certificate is not checked. */
    public void beginTls(SSLContext context) {
        dialogue.tls(context, host, false);
    }

    /** STARTTLS and the handshake with SNI and a check for this name, and EHLO again. */
    public Reply startTls(SSLContext context, String name) {
        command("STARTTLS", 220);
        dialogue.tls(context, name, true);
        return ehlo("client.test");
    }

    /** AUTH PLAIN with an initial response; returns whatever is answered. */
    public Reply authPlain(String user, String secret) {
        return command("AUTH PLAIN " + Base64.getEncoder().encodeToString(("\0" + user + "\0" + secret).getBytes(UTF_8)));
    }

    /** AUTH LOGIN; returns whatever is answered last. */
    public Reply authLogin(String user, String secret) {
        command("AUTH LOGIN", 334);
        command(Base64.getEncoder().encodeToString(user.getBytes(UTF_8)), 334);
        return command(Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)));
    }

    /**
     * One whole transaction, command by command; everything must be accepted.
     *
     * @param content sent octet for octet, dots stuffed; a CRLF is added where it does not end with one, for SMTP cannot do
     * without
     */
    public Reply sendMail(String from, List<String> recipients, byte[] content) {
        command("MAIL FROM:<" + from + ">", 250);
        recipients.forEach(to -> command("RCPT TO:<" + to + ">", 250));
        command("DATA", 354);
        return sendContent(content).expect(250);
    }

    /** One whole transaction with parameters behind MAIL, such as {@code BODY=8BITMIME}. */
    public Reply sendMail(String from, String parameters, List<String> recipients, byte[] content) {
        command("MAIL FROM:<" + from + "> " + parameters, 250);
        recipients.forEach(to -> command("RCPT TO:<" + to + ">", 250));
        command("DATA", 354);
        return sendContent(content).expect(250);
    }

    /** Sends content with stuffed dots and the final dot, and does not wait. */
    public SmtpDialogue sendContent(byte[] content) {
        return sendBytes(stuffed(content));
    }

    /**
     * The content as it goes over the wire: a dot before each one that starts a line, and CRLF.CRLF at its end (RFC
     * 5321, 4.5.2).
     */
    public static byte[] stuffed(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 64);
        int crlf = 2;
        for (byte octet : content) {
            if (octet == '.' && crlf == 2) {
                out.write('.');
            }
            out.write(octet);
            crlf = octet == '\r' ? 1 : octet == '\n' && crlf == 1 ? 2 : 0;
        }
        if (crlf != 2) {
            out.writeBytes("\r\n".getBytes(UTF_8));
        }
        out.writeBytes(".\r\n".getBytes(UTF_8));
        return out.toByteArray();
    }

    /** QUIT, its reply, and the end of the connection. */
    public void quit() {
        command("QUIT", 221);
        close();
    }

    /** Ends the connection with a RST. */
    public void reset() {
        dialogue.reset();
    }

    /** What was said so far. */
    public List<String> transcript() {
        return dialogue.transcript();
    }

    /** Ends the connection without QUIT. */
    @Override
    public void close() {
        dialogue.close();
    }
}
