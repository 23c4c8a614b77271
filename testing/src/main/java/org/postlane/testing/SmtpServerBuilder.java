// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Describes an {@link SmtpServer}. What is not set accepts everything, in the clear, on a free port of 127.0.0.1. */
public final class SmtpServerBuilder {
    /** Enough for a burst of clients that all connect at once. */
    private static final int BACKLOG = 1024;
    /** The fewest that RFC 7677, 4 allows. */
    private static final int SCRAM_ITERATIONS = 4096;

    private String host = "127.0.0.1";
    private int port;
    private List<String> extensions = List.of("PIPELINING", "8BITMIME", "SIZE 10485760", "ENHANCEDSTATUSCODES");
    private TestTls startTls;
    private TestTls implicitTls;
    private Settings.Credentials credentials;
    private boolean authNeedsTls;
    private boolean authRequired;
    private Behaviour behaviour = new Behaviour() { };
    private boolean lmtp;
    private boolean lenientContent;
    private int maxConnections = Integer.MAX_VALUE;
    private Duration idle = Duration.ZERO;
    private boolean keepMails = true;
    private boolean keepTranscripts = true;
    private Consumer<ReceivedMail> listener = mail -> { };

    SmtpServerBuilder() {
    }

    /** The address to listen on. */
    public SmtpServerBuilder host(String address) {
        host = address;
        return this;
    }

    /** The port to listen on; 0 (the default) takes a free one. */
    public SmtpServerBuilder port(int number) {
        port = number;
        return this;
    }

    /**
     * The lines of the EHLO reply, in place of PIPELINING, 8BITMIME, SIZE 10485760 and ENHANCEDSTATUSCODES; STARTTLS
     * and AUTH come by themselves.
     */
    public SmtpServerBuilder extensions(String... lines) {
        extensions = List.of(lines);
        return this;
    }

    /**
     * Speaks LMTP (RFC 2033): LHLO, and one reply for each accepted recipient at the end of a message. The RFC asks for
     * PIPELINING and ENHANCEDSTATUSCODES, yet {@link #extensions} decides here as everywhere.
     */
    public SmtpServerBuilder lmtp() {
        lmtp = true;
        return this;
    }

    /** Offers STARTTLS (RFC 3207) with this certificate. */
    public SmtpServerBuilder startTls(TestTls tls) {
        startTls = tls;
        return this;
    }

    /** Speaks TLS from the first octet (RFC 8314, 3.3) with this certificate. */
    public SmtpServerBuilder implicitTls(TestTls tls) {
        implicitTls = tls;
        return this;
    }

    /** Offers AUTH PLAIN and LOGIN, and takes these credentials only; with OAUTHBEARER and XOAUTH2 the secret is the token. */
    public SmtpServerBuilder auth(String user, String secret) {
        credentials = new Settings.Credentials(user, secret, List.of("PLAIN", "LOGIN"), SCRAM_ITERATIONS);
        return this;
    }

    /**
     * What {@link #auth} offers instead: any of PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, OAUTHBEARER and XOAUTH2. Another name is
     * offered too, and refused.
     */
    public SmtpServerBuilder mechanisms(String... names) {
        credentials = new Settings.Credentials(credentials.user(), credentials.secret(), List.of(names),
            credentials.iterations());
        return this;
    }

    /** How many iterations SCRAM demands, in place of 4096. */
    public SmtpServerBuilder scramIterations(int count) {
        credentials = new Settings.Credentials(credentials.user(), credentials.secret(), credentials.mechanisms(), count);
        return this;
    }

    /** AUTH is offered under TLS only. */
    public SmtpServerBuilder authNeedsTls() {
        authNeedsTls = true;
        return this;
    }

    /** MAIL without AUTH is answered 530. */
    public SmtpServerBuilder authRequired() {
        authRequired = true;
        return this;
    }

    /** Who decides the reactions. */
    public SmtpServerBuilder behaviour(Behaviour decides) {
        behaviour = decides;
        return this;
    }

    /** Behind DATA any of CRLF, LF and CR ends a line, and NULs are dropped: a server that a message can be smuggled into. */
    public SmtpServerBuilder lenientContent() {
        lenientContent = true;
        return this;
    }

    /** More connections than these at once are turned away with 421. */
    public SmtpServerBuilder maxConnections(int count) {
        maxConnections = count;
        return this;
    }

    /** A client that is silent for so long gets {@link Behaviour#onIdle}; never, by default. */
    public SmtpServerBuilder idleTimeout(Duration time) {
        idle = time;
        return this;
    }

    /** Does not keep the mails (the listener and the counters still learn of them), for runs with very many. */
    public SmtpServerBuilder withoutMails() {
        keepMails = false;
        return this;
    }

    /** Does not keep what was said, for runs with very many mails. */
    public SmtpServerBuilder withoutTranscripts() {
        keepTranscripts = false;
        return this;
    }

    /**
     * Is told of every accepted mail on the connection's thread, before the reply is sent; under LMTP once, before the first
     * recipient's 2xx.
     */
    public SmtpServerBuilder onReceived(Consumer<ReceivedMail> told) {
        listener = told;
        return this;
    }

    /**
     * Listens.
     *
     * @throws UncheckedIOException when the address or port cannot be used
     */
    public SmtpServer start() {
        Settings settings = new Settings(extensions, startTls, implicitTls, credentials, authNeedsTls, authRequired, behaviour,
            lmtp, lenientContent, maxConnections, (int) idle.toMillis(), keepMails, keepTranscripts);
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port), BACKLOG);
            SmtpServer server = new SmtpServer(socket, settings, new Recorder(keepMails, listener));
            server.begin();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + host + ":" + port, e);
        }
    }
}
