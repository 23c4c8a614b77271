// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.netty.NettyServer;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPProtocol;
import org.apache.james.protocols.smtp.SMTPProtocolHandlerChain;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.HeloCmdHandler;
import org.apache.james.protocols.smtp.core.MailCmdHandler;
import org.apache.james.protocols.smtp.core.NoopCmdHandler;
import org.apache.james.protocols.smtp.core.PostmasterAbuseRcptHook;
import org.apache.james.protocols.smtp.core.RcptCmdHandler;
import org.apache.james.protocols.smtp.core.RsetCmdHandler;
import org.apache.james.protocols.smtp.core.UnknownCmdHandler;
import org.apache.james.protocols.smtp.core.WelcomeMessageHandler;
import org.apache.james.rrt.lib.AliasReverseResolverImpl;
import org.apache.james.rrt.lib.CanSendFromImpl;
import org.apache.james.smtpserver.AuthRequiredToRelayRcptHook;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.apache.james.smtpserver.SenderAuthIdentifyVerificationHook;
import org.postlane.recipient.Enquiries;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.SenderIdentity;
import org.postlane.recipient.TestDirectory;
import org.postlane.smtpserver.verb.ExpnCommand;
import org.postlane.smtpserver.verb.SyntaxRules;
import org.postlane.smtpserver.verb.VrfyCommand;

/**
 * James' SMTP server over a socket, with our hook in front of James' own ones, in James' order and on a single IO thread. No
 * listener's configuration stands behind it, so that {@code verifyIdentity} holds.
 */
final class RcptServer implements AutoCloseable {
    final TestDirectory directory;
    final RecipientClassifier classifier;
    final RecipientTypeRcptHook hook;
    volatile boolean started = true;
    volatile boolean authAnnounced;
    volatile boolean relayingAllowed;
    volatile SMTPSession session;
    private final SenderIdentity senderIdentity;
    private final NettyServer server;

    RcptServer(TestDirectory directory) throws Exception {
        this(directory, new BaseConfiguration());
    }

    RcptServer(TestDirectory directory, BaseConfiguration parameters) throws Exception {
        this.directory = directory;
        senderIdentity = new SenderIdentity(directory.domainList, directory.users, directory.rewriteTable);
        classifier = directory.classifier();
        hook = new RecipientTypeRcptHook(classifier, () -> started, senderIdentity, directory.domainList);
        hook.init(parameters);
        server = new NettyServer.Factory().protocol(protocol()).build();
        server.setIoWorkerCount(1);
        server.setListenAddresses(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.bind();
    }

    private SMTPProtocol protocol() throws Exception {
        RecordingMetricFactory metrics = new RecordingMetricFactory();
        SMTPProtocolHandlerChain chain = new SMTPProtocolHandlerChain(metrics, false);
        Enquiries enquiries = new Enquiries(classifier, directory.domainList, directory.rewriteTable);
        chain.add(new SyntaxRules());
        chain.add(new VrfyCommand(enquiries));
        chain.add(new ExpnCommand(enquiries));
        chain.add(hook);
        chain.add(new WelcomeMessageHandler());
        chain.add(new CommandDispatcher<SMTPSession>());
        chain.add(new HeloCmdHandler(metrics));
        chain.add(new MailCmdHandler(metrics));
        chain.add(new NoopCmdHandler());
        chain.add(new RsetCmdHandler());
        chain.add(new RcptCmdHandler(metrics));
        chain.add(new UnknownCmdHandler(metrics));
        chain.add(new AuthRequiredToRelayRcptHook(directory.domainList));
        chain.add(new SenderAuthIdentifyVerificationHook(directory.domainList, directory.users,
            new CanSendFromImpl(directory.rewriteTable, new AliasReverseResolverImpl(directory.rewriteTable))));
        chain.add(new PostmasterAbuseRcptHook());
        chain.wireExtensibleHandlers();
        SMTPConfigurationImpl configuration = new SMTPConfigurationImpl() {
            @Override
            public boolean isAuthAnnounced(String remoteIP, boolean tlsStarted) {
                return authAnnounced;
            }

            @Override
            public boolean isRelayingAllowed(String remoteIP) {
                return relayingAllowed;
            }
        };
        return new SMTPProtocol(chain, configuration) {
            @Override
            public ProtocolSession newSession(ProtocolTransport transport) {
                session = new ExtendedSMTPSession(configuration, transport);
                return session;
            }
        };
    }

    Client connect() throws IOException {
        return new Client(server.getListenAddresses().get(0));
    }

    /** A client that has said HELO. */
    static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader replies;

        private Client(InetSocketAddress address) throws IOException {
            socket = new Socket(address.getAddress(), address.getPort());
            socket.setSoTimeout(60_000);
            replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            replies.readLine();
            assertThat(send("HELO client.example")).startsWith("250");
        }

        /** Sends lines in one piece and waits for nothing. */
        void pipeline(String... lines) throws IOException {
            socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n").getBytes(US_ASCII));
        }

        String reply() throws IOException {
            return replies.readLine();
        }

        String send(String line) throws IOException {
            pipeline(line);
            return reply();
        }

        String mail(String sender) throws IOException {
            return send("MAIL FROM:<" + sender + ">");
        }

        String rcpt(String recipient) throws IOException {
            return send("RCPT TO:<" + recipient + ">");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() {
        senderIdentity.close();
        // Netty waits two seconds for late tasks; nothing here depends on them.
        CompletableFuture<Void> unusedResult = CompletableFuture.runAsync(server::unbind);
    }
}
