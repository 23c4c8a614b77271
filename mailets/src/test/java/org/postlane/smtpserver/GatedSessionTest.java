// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.netty.channel.Channel;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Preparations that fail or never end, in front of James' SMTP server over a socket. */
class GatedSessionTest {
    /** Together less than the octets that are read ahead. */
    private static final int SHORT_LINES = 10_000;

    private final Slow slow = new Slow();
    private HandlerServer server;
    private HandlerServer.Client client;

    /** Waits for {@link #answer} where a line names slow.example, and throws where it names broken.example. */
    private static final class Slow implements ConnectHandler<SMTPSession>, CommandGate.Preparation {
        private final SessionChannel channels = new SessionChannel();
        private final List<String> prepared = new CopyOnWriteArrayList<>();
        private final List<String> preparedAhead = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Void> answer = new CompletableFuture<>();
        private volatile CommandGate gate;
        private volatile Channel channel;

        @Override
        public Response onConnect(SMTPSession session) {
            channel = channels.of(session).orElseThrow();
            gate = CommandGate.of(session, channels).orElseThrow();
            gate.add(this, "MAIL", "RCPT");
            return Silence.RESPONSE;
        }

        @Override
        public CompletableFuture<?> prepare(String line) {
            prepared.add(line.trim());
            if (line.contains("broken.example")) {
                throw new IllegalStateException("broken on purpose");
            }
            return line.contains("slow.example") ? answer : CompletableFuture.completedFuture(null);
        }

        @Override
        public void prepareAhead(String line) {
            preparedAhead.add(line.trim());
            if (line.contains("broken.example")) {
                throw new IllegalStateException("broken on purpose");
            }
        }
    }

    @BeforeEach
    void setUp() throws Exception {
        server = HandlerServer.with(new RecordingMetricFactory(), slow);
        client = server.from("127.0.0.1").greeted();
    }

    @AfterEach
    void tearDown() {
        client.close();
        server.close();
    }

    @Test
    void whatAMessageSaysIsNotLookedUpAndTheMailAfterItIsGatedAgain() throws Exception {
        assertThat(client.mail("ann@example.org")).startsWith("250 ");
        assertThat(client.rcpt("bob@example.org")).startsWith("250 ");
        assertThat(client.send("DATA")).startsWith("354 ");
        client.pipeline("Subject: how it went", "", "MAIL FROM:<x@slow.example>", "Mail from: bob@slow.example",
            "RCPT TO:<x@slow.example>", "DATA", "RCPT TO:<x@broken.example>");
        assertThat(client.send(".")).startsWith("250 ");
        assertThat(slow.prepared).noneMatch(line -> line.contains("slow.example") || line.contains("broken.example"));

        client.pipeline("MAIL FROM:<ann@slow.example>", "NOOP");
        await().until(() -> slow.prepared.contains("MAIL FROM:<ann@slow.example>"));
        slow.answer.complete(null);
        assertThat(client.reply()).startsWith("250 2.1.0 ");
        assertThat(client.reply()).startsWith("250 2.0.0 ");
    }

    @Test
    void aMessageInOnePieceWithItsCommandsIsNotLookedUpEvenAhead() throws Exception {
        client.pipeline("MAIL FROM:<ann@slow.example>", "RCPT TO:<bob@example.org>", "DATA", "Subject: x", "",
            "RCPT TO:<x@slow.example>", ".", "MAIL FROM:<next@example.org>", "RCPT TO:<carol@example.org>", "NOOP");
        await().until(() -> slow.preparedAhead.size() == 1);
        slow.answer.complete(null);

        assertThat(List.of(client.reply(), client.reply(), client.reply(), client.reply(), client.reply(), client.reply(),
            client.reply())).extracting(reply -> reply.substring(0, 3))
            .containsExactly("250", "250", "354", "250", "250", "250", "250");
        assertThat(slow.preparedAhead).doesNotContain("RCPT TO:<x@slow.example>");
        assertThat(slow.prepared).containsExactly("MAIL FROM:<ann@slow.example>", "RCPT TO:<bob@example.org>",
            "MAIL FROM:<next@example.org>", "RCPT TO:<carol@example.org>");
    }

    @Test
    void behindADataCommandThatIsRefusedLinesAreCommands() throws Exception {
        client.pipeline("DATA", "MAIL FROM:<ann@slow.example>", "NOOP");
        assertThat(client.reply()).startsWith("503 ");
        await().until(() -> slow.prepared.contains("MAIL FROM:<ann@slow.example>"));
        slow.answer.complete(null);
        assertThat(client.reply()).startsWith("250 2.1.0 ");
        assertThat(client.reply()).startsWith("250 2.0.0 ");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noMoreThanSoManyLinesWaitHoweverShortTheyAre(boolean forAReply) throws Exception {
        if (forAReply) {
            slow.channel.eventLoop().submit(slow.gate::pause).get();
        }
        List<String> lines = new ArrayList<>(List.of("MAIL FROM:<ann@slow.example>"));
        lines.addAll(Collections.nCopies(SHORT_LINES, "NOOP"));
        client.pipeline(lines.toArray(new String[0]));
        await().until(() -> !slow.channel.config().isAutoRead());
        assertThat(slow.channel.eventLoop().submit(slow.gate::held).get()).isBetween(1, Intake.LINES + 1);

        slow.answer.complete(null);
        if (forAReply) {
            slow.channel.eventLoop().submit(slow.gate::goOn).get();
        }
        assertThat(client.reply()).startsWith("250 2.1.0 ");
        for (int i = 0; i < SHORT_LINES; i++) {
            assertThat(client.reply()).startsWith("250 2.0.0 ");
        }
        assertThat(client.send("QUIT")).startsWith("221 ");
    }

    @Test
    void aPreparationThatThrowsLeavesTheCommandToTheHooksAndTheNextLinesAreAnswered() throws Exception {
        assertThat(client.mail("ann@broken.example")).startsWith("250 ");
        assertThat(client.send("NOOP")).startsWith("250 ");
    }

    @Test
    void aPreparationThatThrowsBehindALineThatWaitedDoesNotShutTheGate() throws Exception {
        client.pipeline("MAIL FROM:<ann@slow.example>", "RCPT TO:<bob@broken.example>", "NOOP", "VRFY");
        await().until(() -> slow.preparedAhead.size() == 1);
        slow.answer.complete(null);

        assertThat(client.reply()).startsWith("250 2.1.0 ");
        assertThat(client.reply()).startsWith("250 2.1.5 ");
        assertThat(client.reply()).startsWith("250 2.0.0 ");
        assertThat(client.reply()).startsWith("5");
        assertThat(client.send("NOOP")).startsWith("250 ");
    }
}
