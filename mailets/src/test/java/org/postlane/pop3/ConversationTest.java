// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.ProtocolConfigurationImpl;
import org.apache.james.protocols.api.handler.AbstractProtocolHandlerChain;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.netty.NettyServer;
import org.apache.james.protocols.pop3.POP3Protocol;
import org.apache.james.protocols.pop3.mailbox.Mailbox;
import org.apache.james.protocols.pop3.mailbox.MessageMetaData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.local.TestMailboxes;

/** Our commands on James' server, over a socket, before a maildrop of one message that a test makes. */
class ConversationTest {
    private static final int LARGE = 64 * 1024 * 1024;

    private final List<String> removed = new CopyOnWriteArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();
    private volatile Supplier<InputStream> message = () -> new ByteArrayInputStream("Subject: one\r\n\r\n".getBytes(US_ASCII));
    private Pop3Dispatcher dispatcher;
    private NettyServer server;

    @BeforeEach
    void setUp() throws Exception {
        RecordingMetricFactory metrics = new RecordingMetricFactory();
        dispatcher = new Pop3Dispatcher(metrics);
        List<ProtocolHandler> handlers = List.of(dispatcher, new UserCommand(), new PassCommand(new TestMailboxes(false).manager,
            (manager, session) -> new Maildrops(), metrics, new MaildropLocks()), new RetrCommand(), new DeleCommand(),
            new QuitCommand(), new UnknownCommand());
        AbstractProtocolHandlerChain chain = new AbstractProtocolHandlerChain() {
            @Override
            protected List<ProtocolHandler> getHandlers() {
                return handlers;
            }
        };
        chain.wireExtensibleHandlers();
        ProtocolConfigurationImpl configuration = new ProtocolConfigurationImpl("Postlane") { };
        server = new NettyServer.Factory().protocol(new POP3Protocol(chain, configuration)).build();
        server.setListenAddresses(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.bind();
    }

    @AfterEach
    void tearDown() {
        // Netty waits two seconds for late tasks; nothing here depends on them.
        CompletableFuture<Void> unusedResult = CompletableFuture.runAsync(server::unbind);
        dispatcher.destroy();
    }

    private final class Maildrops implements Mailbox {
        @Override
        public InputStream getMessage(String uid) {
            return message.get();
        }

        @Override
        public List<MessageMetaData> getMessages() {
            return List.of(new MessageMetaData("1", LARGE));
        }

        @Override
        public void remove(String... uids) {
            removed.addAll(List.of(uids));
        }

        @Override
        public String getIdentifier() {
            return "1";
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader replies;

        private Client(NettyServer server) throws IOException {
            InetSocketAddress address = server.getListenAddresses().get(0);
            socket = new Socket(address.getAddress(), address.getPort());
            socket.setSoTimeout(60_000);
            replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            replies.readLine();
            assertThat(send("USER ann@example.org")).startsWith("+OK");
        }

        private String send(String... lines) throws IOException {
            socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n").getBytes(US_ASCII));
            return replies.readLine();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void anErrorOfTheVirtualMachineEndsTheConnectionAndReleasesTheLock() throws Exception {
        message = () -> {
            throw new OutOfMemoryError("a message that is too long");
        };
        try (Client client = new Client(server)) {
            assertThat(client.send("PASS secret")).startsWith("+OK");
            assertThat(client.send("RETR 1")).isNull();
        }
        assertThat(closed).hasValue(1);
        try (Client other = new Client(server)) {
            assertThat(other.send("PASS secret")).startsWith("+OK");
        }
    }

    @Test
    void anErrorOfTheVirtualMachineInTheMiddleOfAMessageEndsTheConnectionAndReleasesTheLock() throws Exception {
        message = () -> new InputStream() {
            @Override
            public int read() {
                throw new OutOfMemoryError("a message that is too long");
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                return read();
            }
        };
        try (Client client = new Client(server)) {
            assertThat(client.send("PASS secret")).startsWith("+OK");
            assertThat(client.send("RETR 1")).isNull();
        }
        assertThat(closed).hasValue(1);
    }

    @Test
    void aMessageThatTheClientHasNotGotIsNotRemovedThoughDeleAndQuitCameTogetherWithRetr() throws Exception {
        message = () -> new ByteArrayInputStream(new byte[LARGE]);
        try (Client client = new Client(server)) {
            assertThat(client.send("PASS secret")).startsWith("+OK");
            assertThat(client.send("RETR 1", "DELE 1", "QUIT")).startsWith("+OK");
        }
        await().until(() -> closed.get() == 1);
        assertThat(removed).isEmpty();
    }

    @Test
    void whoSaysDeleAndQuitAndGoesAwayHasTheMessageRemoved() throws Exception {
        try (Client client = new Client(server)) {
            assertThat(client.send("PASS secret")).startsWith("+OK");
            client.socket.getOutputStream().write("DELE 1\r\nQUIT\r\n".getBytes(US_ASCII));
        }
        await().until(() -> closed.get() == 1);
        assertThat(removed).containsExactly("1");
    }
}
