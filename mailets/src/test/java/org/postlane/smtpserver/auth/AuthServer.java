// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.james.core.Username;
import org.apache.james.mailbox.Authorizator.AuthorizationState;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.ClientAuth;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.netty.AllButStartTlsLineChannelHandlerFactory;
import org.apache.james.protocols.netty.Encryption;
import org.apache.james.protocols.netty.NettyServer;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPProtocol;
import org.apache.james.protocols.smtp.SMTPProtocolHandlerChain;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.HeloCmdHandler;
import org.apache.james.protocols.smtp.core.MailCmdHandler;
import org.apache.james.protocols.smtp.core.NoopCmdHandler;
import org.apache.james.protocols.smtp.core.QuitCmdHandler;
import org.apache.james.protocols.smtp.core.RsetCmdHandler;
import org.apache.james.protocols.smtp.core.UnknownCmdHandler;
import org.apache.james.protocols.smtp.core.WelcomeMessageHandler;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.StartTlsCmdHandler;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.apache.james.smtpserver.UsersRepositoryAuthHook;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Passwords;
import org.postlane.james.JamesFiles;
import org.postlane.mailet.TestFiles;
import org.postlane.recipient.TestDirectory;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.TestTls;

/**
 * James' SMTP server over a socket with our handler in front of James' own, in James' order, on a single IO thread. Failed logins
 * are answered at once, and SCRAM has as few rounds as is allowed, unless a test says otherwise.
 */
final class AuthServer implements AutoCloseable {
    static final TestTls TLS = TestTls.forHost("mx.test");
    static final String ANN = "ann@example.org";
    static final String BOSS = "boss@example.org";
    static final String SECRET = "secret";

    final TestDirectory directory = TestDirectory.create();
    final SwitchableUsers users = new SwitchableUsers(directory.users);
    final CredentialStore store;
    final Passwords passwords;
    volatile boolean requiresTls;
    volatile boolean announces = true;
    volatile boolean allowsPlain = true;
    volatile Instant now = Instant.now();
    volatile SMTPSession session;
    private final NettyServer server;

    /** Offers STARTTLS. */
    AuthServer(Path files, ProtocolHandler... before) throws Exception {
        this(files, Encryption.createStartTls(TLS.serverContext()), parameters -> { }, before);
    }

    AuthServer(Path files, Consumer<BaseConfiguration> change, ProtocolHandler... before) throws Exception {
        this(files, Encryption.createStartTls(TLS.serverContext()), change, before);
    }

    AuthServer(Path files, Encryption encryption, Consumer<BaseConfiguration> change, ProtocolHandler... before)
            throws Exception {
        directory.users.addUser(Username.of(BOSS), SECRET);
        JamesFiles jamesFiles = new JamesFiles(new TestFiles(files));
        store = new CredentialStore(jamesFiles);
        passwords = new Passwords(users.repository(), store, clock());
        AuthHandler handler = new AuthHandler(jamesFiles, store, passwords, (user, other) ->
            user.asString().equals(BOSS) ? AuthorizationState.ALLOWED : AuthorizationState.FORBIDDEN, clock());
        BaseConfiguration parameters = new BaseConfiguration();
        parameters.setProperty("[@class]", AuthHandler.class.getName());
        parameters.setProperty("failureDelay", "0 s");
        parameters.setProperty("scramIterations", "4096");
        change.accept(parameters);
        handler.init(parameters);
        server = new NettyServer.Factory().protocol(protocol(handler, before)).secure(encryption)
            .frameHandlerFactory(new AllButStartTlsLineChannelHandlerFactory("starttls", 8192)).build();
        server.setIoWorkerCount(1);
        server.setListenAddresses(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.bind();
    }

    static Encryption startTls(TestTls certificate, ClientAuth clients) {
        return Encryption.createStartTls(certificate.serverContext(), null, null, clients);
    }

    static Encryption implicitTls(TestTls certificate, ClientAuth clients) {
        return Encryption.createTls(certificate.serverContext(), null, null, clients);
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneId.of("UTC");
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }

    private SMTPProtocol protocol(AuthHandler handler, ProtocolHandler... before) throws Exception {
        RecordingMetricFactory metrics = new RecordingMetricFactory();
        SMTPProtocolHandlerChain chain = new SMTPProtocolHandlerChain(metrics, false);
        chain.add(handler);
        for (ProtocolHandler each : before) {
            chain.add(each);
        }
        chain.add(new WelcomeMessageHandler());
        chain.add(new CommandDispatcher<SMTPSession>());
        chain.add(new AuthCmdHandler());
        chain.add(new EhloCmdHandler(metrics));
        chain.add(new HeloCmdHandler(metrics));
        chain.add(new MailCmdHandler(metrics));
        chain.add(new NoopCmdHandler());
        chain.add(new RsetCmdHandler());
        chain.add(new QuitCmdHandler(metrics));
        chain.add(new UsersRepositoryAuthHook(directory.users, (user, other) -> AuthorizationState.FORBIDDEN));
        chain.add(new StartTlsCmdHandler());
        chain.add(new UnknownCmdHandler(metrics));
        chain.wireExtensibleHandlers();
        SMTPConfigurationImpl configuration = new SMTPConfigurationImpl() {
            @Override
            public boolean isAuthAnnounced(String remoteIP, boolean tlsStarted) {
                return announces && (tlsStarted || !requiresTls);
            }

            @Override
            public boolean isPlainAuthEnabled() {
                return allowsPlain;
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

    InetSocketAddress address() {
        return server.getListenAddresses().get(0);
    }

    /** A client that has said EHLO. */
    SmtpDialogue connect() {
        return SmtpDialogue.greeted(address());
    }

    /** A client that has said EHLO behind STARTTLS. */
    SmtpDialogue connectTls() {
        SmtpDialogue dialogue = connect();
        dialogue.startTls(TLS.clientContext());
        return dialogue;
    }

    /** Gives a user credentials, as an administrator does. */
    void enrol(String user, String password) throws Exception {
        if (!passwords.enrol(Username.of(user), password).get()) {
            throw new IllegalArgumentException("Not the password of " + user);
        }
    }

    void changePassword(String user, String password) throws Exception {
        var known = directory.users.getUserByName(Username.of(user));
        known.setPassword(password);
        directory.users.updateUser(known);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public void close() {
        passwords.close();
        store.close();
        // Netty waits two seconds for late tasks; nothing here depends on them.
        CompletableFuture<Void> unusedResult = CompletableFuture.runAsync(server::unbind);
    }
}
