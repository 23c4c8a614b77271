// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.recipient.TestDirectory.address;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Domain;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.netty.NettyServer;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPProtocol;
import org.apache.james.protocols.smtp.SMTPProtocolHandlerChain;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.HeloCmdHandler;
import org.apache.james.protocols.smtp.core.MailCmdHandler;
import org.apache.james.protocols.smtp.core.PostmasterAbuseRcptHook;
import org.apache.james.protocols.smtp.core.RcptCmdHandler;
import org.apache.james.protocols.smtp.core.WelcomeMessageHandler;
import org.apache.james.rrt.api.CanSendFrom;
import org.apache.james.rrt.lib.AliasReverseResolverImpl;
import org.apache.james.rrt.lib.CanSendFromImpl;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.smtpserver.AuthRequiredToRelayRcptHook;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.apache.james.smtpserver.SenderAuthIdentifyVerificationHook;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.TestDirectory;

/** Over a socket, with James' own RCPT hooks behind ours in James' order. */
class RecipientTypeRcptHookTest {
    private TestDirectory directory;
    private RecipientTypeRcptHook hook;
    private NettyServer server;
    private Socket socket;
    private BufferedReader replies;
    private volatile boolean started = true;
    private volatile boolean authAnnounced;
    private volatile boolean relayingAllowed;
    private volatile SMTPSession session;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
        directory.relayDomains.declare("mailetcontainer.xml", "relayed.example");
        AliasReverseResolverImpl aliases = new AliasReverseResolverImpl(directory.rewriteTable);
        CanSendFrom canSendFrom = new CanSendFromImpl(directory.rewriteTable, aliases);
        SenderAuthIdentifyVerificationHook identity =
            new SenderAuthIdentifyVerificationHook(directory.domainList, directory.users, canSendFrom);
        hook = new RecipientTypeRcptHook(directory.classifier(), directory.relayDomains, () -> started, identity);
        server = new NettyServer.Factory().protocol(protocol(hook, identity)).build();
        server.setListenAddresses(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.bind();
    }

    private SMTPProtocol protocol(ProtocolHandler... hooks) throws Exception {
        RecordingMetricFactory metrics = new RecordingMetricFactory();
        SMTPProtocolHandlerChain chain = new SMTPProtocolHandlerChain(metrics, false);
        chain.add(hooks[0]);
        chain.add(new WelcomeMessageHandler());
        chain.add(new CommandDispatcher<SMTPSession>());
        chain.add(new HeloCmdHandler(metrics));
        chain.add(new MailCmdHandler(metrics));
        chain.add(new RcptCmdHandler(metrics));
        chain.add(new AuthRequiredToRelayRcptHook(directory.domainList));
        chain.add(hooks[1]);
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

    @AfterEach
    void tearDown() throws Exception {
        if (socket != null) {
            socket.close();
        }
        // Netty waits two seconds for late tasks; nothing here depends on them.
        CompletableFuture<Void> unusedResult = CompletableFuture.runAsync(server::unbind);
    }

    private String send(String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
        return replies.readLine();
    }

    private void open(String sender) throws IOException {
        InetSocketAddress listening = server.getListenAddresses().get(0);
        socket = new Socket(listening.getAddress(), listening.getPort());
        replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        replies.readLine();
        assertThat(send("HELO client.example")).startsWith("250");
        assertThat(send("MAIL FROM:<" + sender + ">")).startsWith("250");
    }

    private String rcpt(String recipient) throws IOException {
        if (socket == null) {
            open("bob@elsewhere.example");
        }
        return send("RCPT TO:<" + recipient + ">");
    }

    @Test
    void localAndVirtualRecipientsAreAccepted() throws Exception {
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("team@example.org")).startsWith("250");
        assertThat(rcpt("postmaster@example.org")).startsWith("250");
    }

    @Test
    void aBounceHasTheNullSenderAndIsAccepted() throws Exception {
        open("");
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("bob@relayed.example")).startsWith("250");
        assertThat(rcpt("bob@elsewhere.example")).startsWith("550 5.7.1");
    }

    @Test
    void anUnknownLocalUserIsRefused550EvenFromThoseWhoMayRelay() throws Exception {
        relayingAllowed = true;
        assertThat(rcpt("nobody@example.org")).startsWith("550 5.1.1 ").contains("nobody@example.org");
    }

    @Test
    void anErrorMappingAnswersInItsOwnWords() throws Exception {
        assertThat(rcpt("gone@example.org")).isEqualTo("551 5.1.6 moved to bob");
    }

    @Test
    void aTemporaryErrorMappingDefers() throws Exception {
        directory.rewriteTable.addErrorMapping(TestDirectory.source("later"), "450 4.2.1 on leave");
        assertThat(rcpt("later@example.org")).isEqualTo("450 4.2.1 on leave");
    }

    @Test
    void anExternalRecipientWithoutRelayPermissionIsRefused550() throws Exception {
        assertThat(rcpt("bob@elsewhere.example")).startsWith("550 5.7.1 ");
    }

    @Test
    void anExternalRecipientIsRefused530WhereAuthIsOffered() throws Exception {
        authAnnounced = true;
        assertThat(rcpt("bob@elsewhere.example")).startsWith("530 5.7.0 ");
    }

    @Test
    void thePostmasterOfAForeignDomainIsNoWayIn() throws Exception {
        assertThat(rcpt("postmaster@elsewhere.example")).startsWith("550 5.7.1 ");
        assertThat(rcpt("abuse@elsewhere.example")).startsWith("550 5.7.1 ");
    }

    @Test
    void anExternalRecipientIsAcceptedFromThoseWhoMayRelay() throws Exception {
        relayingAllowed = true;
        assertThat(rcpt("bob@elsewhere.example")).startsWith("250");
    }

    @Test
    void aRelayDomainIsAcceptedFromEveryone() throws Exception {
        assertThat(rcpt("bob@relayed.example")).startsWith("250");
        authAnnounced = true;
        assertThat(rcpt("carol@relayed.example")).startsWith("250");
    }

    @Test
    void aMappingInARelayDomainIsAcceptedAndOneInAForeignDomainOpensNothing() throws Exception {
        directory.domainList.addDomain(Domain.of("relayed.example"));
        directory.domainList.addDomain(Domain.of("foreign.example"));
        directory.rewriteTable.addAddressMapping(
            MappingSource.parse("x@relayed.example"), "ann@example.org");
        directory.rewriteTable.addAddressMapping(
            MappingSource.parse("x@foreign.example"), "ann@example.org");
        directory.domainList.removeDomain(Domain.of("relayed.example"));
        directory.domainList.removeDomain(Domain.of("foreign.example"));

        assertThat(rcpt("x@relayed.example")).startsWith("250");
        assertThat(rcpt("x@foreign.example")).startsWith("550 5.7.1 ");
    }

    @Test
    void aRelayDomainIsNoWayAroundTheComparisonOfSenderAndLogin() throws Exception {
        relayingAllowed = true;
        open("ann@example.org");
        session.setRelayingAllowed(false);

        assertThat(rcpt("bob@relayed.example")).startsWith("530 5.7.1 ");
    }

    @Test
    void aFailureOfTheDirectoryIsAnswered451() throws Exception {
        open("bob@elsewhere.example");
        directory.fail();
        assertThat(rcpt("ann@example.org")).startsWith("451 4.3.0 ");
        directory.recover();
        assertThat(rcpt("ann@example.org")).startsWith("250");
    }

    @Test
    void whileJamesIsStartingOnlyLocalAndVirtualRecipientsAreAccepted() throws Exception {
        started = false;
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("team@example.org")).startsWith("250");
        assertThat(rcpt("nobody@example.org")).startsWith("451 4.3.2 ");
        assertThat(rcpt("bob@relayed.example")).startsWith("451 4.3.2 ");
        assertThat(rcpt("bob@elsewhere.example")).startsWith("451 4.3.2 ");
    }

    @Test
    void theTypesOfTheAcceptedRecipientsTravelWithTheMail() throws Exception {
        rcpt("ann@example.org");
        rcpt("bob@relayed.example");
        rcpt("bob@elsewhere.example");
        FakeMail mail = FakeMail.builder().name("mail").recipients("ann@example.org", "bob@relayed.example").build();
        hook.onMessage(session, mail);

        List<RecipientType> types = new ArrayList<>();
        for (String recipient : List.of("ann@example.org", "bob@relayed.example", "bob@elsewhere.example")) {
            RecipientTypes.get(mail, address(recipient)).ifPresent(types::add);
        }
        assertThat(types).containsExactly(RecipientType.LOCAL, RecipientType.RELAY);
    }
}
