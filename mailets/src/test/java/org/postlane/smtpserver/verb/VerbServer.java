// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.mail.MessagingException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.netty.AllButStartTlsLineChannelHandlerFactory;
import org.apache.james.protocols.netty.Encryption;
import org.apache.james.protocols.netty.NettyServer;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPProtocol;
import org.apache.james.protocols.smtp.SMTPProtocolHandlerChain;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.MailCmdHandler;
import org.apache.james.protocols.smtp.core.NoopCmdHandler;
import org.apache.james.protocols.smtp.core.RcptCmdHandler;
import org.apache.james.protocols.smtp.core.UnknownCmdHandler;
import org.apache.james.protocols.smtp.core.WelcomeMessageHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.StartTlsCmdHandler;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.server.core.MimeMessageInputStream;
import org.apache.james.smtpserver.DataLineJamesMessageHookHandler;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.apache.james.smtpserver.JamesDataCmdHandler;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.mailet.Mail;
import org.postlane.smtpserver.CommandGate;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;
import org.postlane.testing.TestTls;

/**
 * James' own SMTP commands, framing and end of message over a socket with STARTTLS, behind our {@link SyntaxRules} and
 * {@link MessageLines}. NOOP waits until {@link #noop} is done.
 */
final class VerbServer implements AutoCloseable {
    private static final TestTls TLS = TestTls.forHost("localhost");
    private static final int MAX_LINE = 8192;

    /** The senders of the mails that were taken. */
    final Queue<String> taken = new ConcurrentLinkedQueue<>();
    /** Their messages. */
    final Queue<String> contents = new ConcurrentLinkedQueue<>();
    final CompletableFuture<Void> noop = new CompletableFuture<>();
    volatile SMTPSession session;
    private final NettyServer server;

    VerbServer() throws Exception {
        server = new NettyServer.Factory().protocol(protocol()).secure(Encryption.createStartTls(TLS.serverContext()))
            .frameHandlerFactory(new AllButStartTlsLineChannelHandlerFactory("starttls", MAX_LINE)).build();
        server.setIoWorkerCount(1);
        server.setListenAddresses(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.bind();
    }

    private SMTPProtocol protocol() throws Exception {
        RecordingMetricFactory metrics = new RecordingMetricFactory();
        SMTPProtocolHandlerChain chain = new SMTPProtocolHandlerChain(metrics, false);
        chain.add(new SyntaxRules());
        chain.add(new MessageLines());
        chain.add(new WaitingNoop());
        chain.add(new WelcomeMessageHandler());
        chain.add(new CommandDispatcher<SMTPSession>());
        chain.add(new JamesDataCmdHandler(metrics));
        chain.add(new DataLineJamesMessageHookHandler());
        chain.add(new EhloCmdHandler(metrics));
        chain.add(new MailCmdHandler(metrics));
        chain.add(new NoopCmdHandler());
        chain.add(new RcptCmdHandler(metrics));
        chain.add(new StartTlsCmdHandler());
        chain.add(new UnknownCmdHandler(metrics));
        chain.add(new Taking());
        chain.wireExtensibleHandlers();
        SMTPConfigurationImpl configuration = new SMTPConfigurationImpl();
        return new SMTPProtocol(chain, configuration) {
            @Override
            public ProtocolSession newSession(ProtocolTransport transport) {
                session = new ExtendedSMTPSession(configuration, transport);
                return session;
            }
        };
    }

    /** A client that has said EHLO. */
    Client connect() throws IOException {
        Client client = new Client();
        client.reply();
        client.send("EHLO client.example\r\n");
        client.reply();
        return client;
    }

    /** What it sends is as it is written, to the end of each line. */
    final class Client implements AutoCloseable {
        private Socket socket;
        private BufferedReader replies;

        private Client() throws IOException {
            InetSocketAddress address = server.getListenAddresses().get(0);
            use(new Socket(address.getAddress(), address.getPort()));
        }

        private void use(Socket used) throws IOException {
            socket = used;
            socket.setSoTimeout(60_000);
            replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(US_ASCII));
        }

        /** The last line of the next reply; null where the connection has ended. */
        String reply() throws IOException {
            try {
                String line = replies.readLine();
                while (line != null && line.charAt(3) == '-') {
                    line = replies.readLine();
                }
                return line;
            } catch (SocketException | SSLException e) {
                // The server had not read all.
                return null;
            }
        }

        String ask(String line) throws IOException {
            send(line + "\r\n");
            return reply();
        }

        /** Replies up to the end of the connection. */
        List<String> replies() throws IOException {
            List<String> all = new ArrayList<>();
            for (String reply = reply(); reply != null; reply = reply()) {
                all.add(reply);
            }
            return all;
        }

        /** Begins TLS, and says whether it could. */
        boolean handshake() throws IOException {
            SSLSocket secured = (SSLSocket) TLS.clientContext().getSocketFactory()
                .createSocket(socket, "localhost", socket.getPort(), true);
            try {
                secured.startHandshake();
            } catch (IOException e) {
                return false;
            }
            use(secured);
            return true;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private final class WaitingNoop implements ConnectHandler<SMTPSession> {
        private final SessionChannel channels = new SessionChannel();

        @Override
        public Response onConnect(SMTPSession connected) {
            CommandGate.of(connected, channels).ifPresent(gate -> gate.add(line -> noop, "NOOP"));
            return Silence.RESPONSE;
        }
    }

    private final class Taking implements JamesMessageHook {
        @Override
        public HookResult onMessage(SMTPSession of, Mail mail) {
            taken.add(mail.getMaybeSender().asString());
            try (InputStream in = new MimeMessageInputStream(mail.getMessage())) {
                contents.add(new String(in.readAllBytes(), US_ASCII));
            } catch (IOException | MessagingException e) {
                throw new AssertionError(e);
            }
            return HookResult.OK;
        }
    }

    @Override
    public void close() {
        // Netty waits two seconds for late tasks; nothing here depends on them.
        CompletableFuture<Void> unusedResult = CompletableFuture.runAsync(server::unbind);
    }
}
