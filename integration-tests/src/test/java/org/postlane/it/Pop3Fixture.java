// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.inject.util.Modules;
import org.apache.james.core.Username;
import org.apache.james.mailbox.MessageManager.AppendCommand;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.modules.MailboxProbeImpl;
import org.apache.james.pop3server.mailbox.MailboxAdapterFactory;
import org.apache.james.utils.DataProbeImpl;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A James with POP3 listeners for the tests of one class, and users whose mailboxes a test fills. Registered as an extension. */
final class Pop3Fixture implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    /** A message, 23 octets. */
    static final String SMALL = "Subject: one\r\n\r\nhello\r\n";
    static final String DOMAIN = "local.test";
    private static final String LISTENER = """
            <pop3server enabled="true">
                <jmxName>pop3server-%1$s</jmxName>
                <bind>127.0.0.1:%2$d</bind>
                <tls socketTLS="false" startTLS="true">
                    <keystore>${sys:postlane.keystore:-file://conf/keystore}</keystore>
                    <keystoreType>PKCS12</keystoreType>
                    <secret>postlane</secret>
                </tls>
                <ioWorkerCount>1</ioWorkerCount>
                <connectiontimeout>3600</connectiontimeout>
                <handlerchain coreHandlersPackage="org.postlane.pop3.Pop3Handlers">
                    <handler class="org.postlane.pop3.Pop3Settings">%3$s</handler>
                </handlerchain>
            </pop3server>
        </pop3servers>
        """;

    final WatchedMaildrops maildrops = new WatchedMaildrops();
    private final boolean stock;
    private final AtomicInteger users = new AtomicInteger();
    private int strictPort;
    private int hastyPort;
    private JamesUnderTest james;

    private Pop3Fixture(boolean stock) {
        this.stock = stock;
    }

    /** With the handlers of this project, as conf/ has them, and two more listeners. */
    static Pop3Fixture postlane() {
        return new Pop3Fixture(false);
    }

    /** With James' own handlers. */
    static Pop3Fixture stock() {
        return new Pop3Fixture(true);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        strictPort = freePort();
        hastyPort = freePort();
        JamesUnderTest.Builder builder = JamesUnderTest.postlane().domain(DOMAIN)
            .override(Modules.combine(new Nicknames(),
                binder -> binder.bind(MailboxAdapterFactory.class).toInstance(maildrops)));
        if (stock) {
            builder.edit("pop3server.xml", text -> text.replaceAll("(?s)<handlerchain.*?</handlerchain>", "<handlerchain/>"));
        } else {
            builder.edit("pop3server.xml", text -> text
                .replace("</pop3servers>", LISTENER.formatted("strict", strictPort, "<requireTls>true</requireTls>"))
                .replace("</pop3servers>", LISTENER.formatted("hasty", hastyPort, "<autologout>1 s</autologout>")));
        }
        james = builder.start();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        maildrops.calmDown();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (james != null) {
            james.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A listener with one Netty thread that wants TLS. */
    int strictPort() {
        return strictPort;
    }

    /** A listener with one Netty thread, on which a client may be silent for a second. */
    int hastyPort() {
        return hastyPort;
    }

    int port() {
        return james.port("pop3");
    }

    int tlsPort() {
        return james.port("pop3s");
    }

    Pop3Client connect() throws IOException {
        return Pop3Client.plain(port());
    }

    Pop3Client login(String user) throws IOException {
        return connect().login(user, JamesUnderTest.SECRET);
    }

    /** A user with these messages, whose octets are the characters. */
    String user(String... messages) throws Exception {
        return userWithPassword(JamesUnderTest.SECRET, messages);
    }

    String userWithPassword(String password, String... messages) throws Exception {
        String user = "user" + users.incrementAndGet() + "@" + DOMAIN;
        james.james().server().getProbe(DataProbeImpl.class).addUser(user, password);
        mailboxes().createMailbox(MailboxPath.inbox(Username.of(user)));
        for (String message : messages) {
            append(user, message);
        }
        return user;
    }

    void append(String user, String message) throws Exception {
        MailboxPath inbox = MailboxPath.inbox(Username.of(user));
        mailboxes().appendMessage(user, inbox, AppendCommand.builder().build(message.getBytes(ISO_8859_1)));
    }

    MailboxProbeImpl mailboxes() {
        return james.james().server().getProbe(MailboxProbeImpl.class);
    }
}
