// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.core.Username;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.netty.Encryption;
import org.apache.james.protocols.netty.NettyServer;
import org.apache.james.protocols.smtp.MailEnvelope;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPProtocol;
import org.apache.james.protocols.smtp.SMTPProtocolHandlerChain;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.DataCmdHandler;
import org.apache.james.protocols.smtp.core.DataLineMessageHookHandler;
import org.apache.james.protocols.smtp.core.MailCmdHandler;
import org.apache.james.protocols.smtp.core.NoopCmdHandler;
import org.apache.james.protocols.smtp.core.QuitCmdHandler;
import org.apache.james.protocols.smtp.core.RcptCmdHandler;
import org.apache.james.protocols.smtp.core.RsetCmdHandler;
import org.apache.james.protocols.smtp.core.UnknownCmdHandler;
import org.apache.james.protocols.smtp.core.WelcomeMessageHandler;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloCmdHandler;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.protocols.smtp.hook.MessageHook;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.postlane.testing.TestTls;

/**
 * James' SMTP server over a socket on a single IO thread, with handlers in front of James' own. Whoever knows the password
 * {@code secret} may log in, and each message is accepted.
 */
public final class HandlerServer implements AutoCloseable {
    /** What was refused and logged, by metric. */
    public final RecordingMetricFactory metrics;
    private final NettyServer server;
    private final TestTls tls;

    private HandlerServer(RecordingMetricFactory metrics, boolean proxy, TestTls tls, ProtocolHandler... handlers)
            throws Exception {
        this.metrics = metrics;
        this.tls = tls;
        NettyServer.Factory factory = new NettyServer.Factory().protocol(protocol(handlers)).proxyRequired(proxy);
        server = (tls == null ? factory : factory.secure(Encryption.createTls(tls.serverContext()))).build();
        server.setIoWorkerCount(1);
        server.setListenAddresses(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.bind();
    }

    /** A server whose clients come directly. */
    public static HandlerServer with(RecordingMetricFactory metrics, ProtocolHandler... handlers) throws Exception {
        return new HandlerServer(metrics, false, null, handlers);
    }

    /** A server that learns its clients' addresses from a proxy. */
    public static HandlerServer behindProxy(RecordingMetricFactory metrics, ProtocolHandler... handlers) throws Exception {
        return new HandlerServer(metrics, true, null, handlers);
    }

    /** A server that speaks TLS from the first octet. */
    public static HandlerServer overTls(RecordingMetricFactory metrics, ProtocolHandler... handlers) throws Exception {
        return new HandlerServer(metrics, false, TestTls.forHost("localhost"), handlers);
    }

    /** A handler's element, as James reads it. */
    public static HierarchicalConfiguration<ImmutableNode> element(String content) {
        try {
            return FileConfigurationProvider.getConfig(
                new ByteArrayInputStream(("<handler class=\"x\">" + content + "</handler>").getBytes(US_ASCII)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** How often something was refused for this reason. */
    public int refused(Rejection.Reason reason) {
        return metrics.countFor(Rejections.REFUSED_METRIC + reason);
    }

    /** How often something would have been. */
    public int logged(Rejection.Reason reason) {
        return metrics.countFor(Rejections.LOGGED_METRIC + reason);
    }

    private SMTPProtocol protocol(ProtocolHandler... handlers) throws Exception {
        SMTPProtocolHandlerChain chain = new SMTPProtocolHandlerChain(metrics, false);
        chain.addAll(List.of(handlers));
        chain.add(new WelcomeMessageHandler());
        chain.add(new CommandDispatcher<SMTPSession>());
        chain.add(new AuthCmdHandler());
        chain.add(new DataCmdHandler(metrics));
        chain.add(new DataLineMessageHookHandler());
        chain.add(new EhloCmdHandler(metrics));
        chain.add(new MailCmdHandler(metrics));
        chain.add(new NoopCmdHandler());
        chain.add(new QuitCmdHandler(metrics));
        chain.add(new RcptCmdHandler(metrics));
        chain.add(new RsetCmdHandler());
        chain.add(new UnknownCmdHandler(metrics));
        chain.add(new Passwords());
        chain.add(new Accepting());
        chain.wireExtensibleHandlers();
        return new SMTPProtocol(chain, new SMTPConfigurationImpl() {
            @Override
            public boolean isAuthAnnounced(String remoteIP, boolean tlsStarted) {
                return true;
            }
        });
    }

    /** A client from an address of this machine, with the first reply still unread. */
    public Client from(String address) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(address, 0));
        socket.connect(server.getListenAddresses().get(0));
        return new Client(socket);
    }

    /** A connection on which nothing is said, not even a handshake. */
    public RawClient raw(String address) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(address, 0));
        socket.connect(server.getListenAddresses().get(0));
        return new RawClient(socket);
    }

    /** Says nothing. */
    public static final class RawClient {
        private final Socket socket;

        private RawClient(Socket socket) {
            this.socket = socket;
        }

        public void vanish() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    /** A client whose address the proxy says, with the first reply still unread. */
    public Client proxied(String address) throws IOException {
        Client client = from("127.0.0.1");
        client.pipeline("PROXY " + (address.contains(":") ? "TCP6 " + address + " 2001:db8::ffff" : "TCP4 " + address
            + " 198.51.100.255") + " 4321 25");
        return client;
    }

    /** One end of a connection. */
    public final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader replies;

        private Client(Socket plain) throws IOException {
            plain.setSoTimeout(60_000);
            socket = tls == null ? plain : secured(plain, tls.clientContext());
            replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        }

        private Socket secured(Socket plain, SSLContext context) throws IOException {
            SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
            secured.startHandshake();
            return secured;
        }

        /** Reads the greeting and says EHLO. */
        public Client greeted() throws IOException {
            assertThat(reply()).startsWith("220 ");
            assertThat(send("EHLO client.example")).startsWith("250 ");
            return this;
        }

        /** Logs in. */
        public Client asUser(String user) throws IOException {
            assertThat(send("AUTH PLAIN " + Base64.getEncoder().encodeToString(("\0" + user + "\0secret").getBytes(US_ASCII))))
                .startsWith("235 ");
            return this;
        }

        /** Sends lines in one piece and waits for nothing. */
        public void pipeline(String... lines) throws IOException {
            socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n").getBytes(US_ASCII));
        }

        /** The last line of the next reply; null where the connection was closed. */
        public String reply() throws IOException {
            String line = replies.readLine();
            while (line != null && line.length() > 3 && line.charAt(3) == '-') {
                line = replies.readLine();
            }
            return line;
        }

        public String send(String line) throws IOException {
            pipeline(line);
            return reply();
        }

        public String mail(String sender) throws IOException {
            return send("MAIL FROM:<" + sender + ">");
        }

        public String rcpt(String recipient) throws IOException {
            return send("RCPT TO:<" + recipient + ">");
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Ends the connection as a machine does that is switched off and on again: without a last word. */
        public void vanish() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    private static final class Passwords implements AuthHook {
        @Override
        public HookResult doAuth(SMTPSession session, Username username, String password) {
            if (!password.equals("secret")) {
                return HookResult.DECLINED;
            }
            session.setUsername(username);
            session.setRelayingAllowed(true);
            return HookResult.builder().hookReturnCode(HookReturnCode.ok()).smtpReturnCode("235")
                .smtpDescription("2.7.0 Authenticated").build();
        }

        @Override
        public HookResult doSasl(SMTPSession session, OidcSASLConfiguration configuration, String initialResponse) {
            return HookResult.DECLINED;
        }
    }

    private static final class Accepting implements MessageHook {
        @Override
        public HookResult onMessage(SMTPSession session, MailEnvelope mail) {
            return HookResult.OK;
        }
    }

    @Override
    public void close() {
        // Netty waits two seconds for late tasks; nothing here depends on them.
        CompletableFuture<Void> unusedResult = CompletableFuture.runAsync(server::unbind);
    }
}
