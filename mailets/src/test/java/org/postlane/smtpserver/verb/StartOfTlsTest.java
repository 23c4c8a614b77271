// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3207 4.2: nothing that came in plain text is executed within TLS, whatever went on before and however it came. */
class StartOfTlsTest {
    private static final String INJECTED =
        "EHLO evil.test\r\nMAIL FROM:<injected@evil.test>\r\nRCPT TO:<mole@local.test>\r\n";

    /** What the session has seen when STARTTLS comes. */
    enum Before {
        NOTHING, REFUSED_DATA, MESSAGE, DETECTION_ON
    }

    private VerbServer server;
    private VerbServer.Client client;

    @BeforeEach
    void setUp() throws Exception {
        server = new VerbServer();
        client = server.connect();
    }

    @AfterEach
    void tearDown() throws Exception {
        client.close();
        server.close();
    }

    private void go(Before before) throws Exception {
        if (before == Before.REFUSED_DATA) {
            assertThat(client.ask("DATA")).startsWith("503 5.5.1 ");
        } else if (before == Before.MESSAGE) {
            client.ask("MAIL FROM:<a@world.test>");
            assertThat(client.ask("DATA")).startsWith("503 5.5.1 ");
            client.ask("RCPT TO:<ann@local.test>");
            assertThat(client.ask("DATA")).startsWith("354 ");
            assertThat(client.ask("Subject: t\r\n\r\nstarttls\r\nhello\r\n.")).startsWith("250 ");
        } else if (before == Before.DETECTION_ON) {
            // James' own, which SyntaxRules switches off.
            server.session.startDetectingCommandInjection();
        }
    }

    /** The connection has ended, in plain text or within TLS, and no mail has begun. */
    private void assertThatNothingIsExecuted() throws Exception {
        Optional<MaybeSender> sender = server.session.getAttachment(SMTPSession.SENDER, State.Transaction);
        if (client.handshake()) {
            client.send("NOOP\r\n");
            assertThat(client.replies()).isEmpty();
        }
        assertThat(sender).isEmpty();
        assertThat(server.session.getAttachment(SMTPSession.SENDER, State.Transaction)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Before.class)
    void commandsInTheSameSegmentAreNotExecutedWithinTls(Before before) throws Exception {
        go(before);
        client.send("STARTTLS\r\n" + INJECTED);
        assertThatNothingIsExecuted();
    }

    @ParameterizedTest
    @EnumSource(Before.class)
    void commandsInASecondSegmentBeforeTheHandshakeAreNotExecutedWithinTls(Before before) throws Exception {
        go(before);
        client.send("STARTTLS\r\n");
        client.send(INJECTED);
        assertThatNothingIsExecuted();
    }

    @ParameterizedTest
    @EnumSource(Before.class)
    void thePartOfALineInPlainTextIsNotTheBeginningOfOneWithinTls(Before before) throws Exception {
        go(before);
        client.send("STARTTLS\r\nMAIL FROM:<injected@evil.test> ");
        assertThatNothingIsExecuted();
    }

    @ParameterizedTest
    @EnumSource(Before.class)
    void aLineThatIsTooLongGetsNoAnswerWithinTls(Before before) throws Exception {
        go(before);
        client.send("STARTTLS\r\n" + "x".repeat(9_000) + "\r\n");
        assertThatNothingIsExecuted();
    }

    @ParameterizedTest
    @EnumSource(Before.class)
    void aBlankInFrontOfTheWordHidesNothing(Before before) throws Exception {
        go(before);
        client.send("HELP\r\n STARTTLS\r\n" + INJECTED);
        assertThatNothingIsExecuted();
    }

    @Test
    void linesThatAreHeldBackAreNotExecutedWithinTls() throws Exception {
        client.send("NOOP\r\nSTARTTLS\r\n" + INJECTED);
        server.noop.complete(null);
        assertThat(client.reply()).startsWith("250 ");
        assertThatNothingIsExecuted();
    }

    /** So many lines behind EHLO: with 1023 and 2047 of them, STARTTLS is the last of 1024 that are handed on together. */
    @ParameterizedTest
    @ValueSource(ints = {1022, 1023, 1024, 2047})
    void whatIsNotEvenInLineYetIsNotExecutedWithinTls(int lines) throws Exception {
        client.send("NOOP\r\n" + "what\r\n".repeat(lines - 2) + "STARTTLS\r\n" + INJECTED);
        server.noop.complete(null);
        assertThat(client.reply()).startsWith("250 ");
        for (int i = 0; i < lines - 2; i++) {
            assertThat(client.reply()).startsWith("500 ");
        }
        assertThatNothingIsExecuted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "EHLO client.example\r\nMAIL FROM:<a@world.test>\r\n", "STARTTLS now\r\n"})
    void aStartTlsBehindOtherCommandsInOneSegmentBeginsTls(String before) throws Exception {
        client.send(before + "STARTTLS\r\n");
        for (int i = 0; i < before.chars().filter(letter -> letter == '\n').count(); i++) {
            assertThat(client.reply()).matches("(250|501) .*");
        }
        assertThat(client.reply()).startsWith("220 ");
        assertThat(client.handshake()).isTrue();
        assertThat(client.ask("MAIL FROM:<a@world.test>")).startsWith("503 ");
        client.ask("EHLO client.example");
        assertThat(client.ask("RCPT TO:<ann@local.test>")).startsWith("503 ");
        assertThat(client.ask("STARTTLS")).startsWith("503 5.5.1 ");
        assertThat(client.ask("MAIL FROM:<a@world.test>")).startsWith("250 ");
    }

    @ParameterizedTest
    @EnumSource(Before.class)
    void aClientThatWaitsForTheReplySpeaksWithinTls(Before before) throws Exception {
        go(before);
        assertThat(client.ask("STARTTLS")).startsWith("220 ");
        assertThat(client.handshake()).isTrue();
        client.send("EHLO client.example\r\nMAIL FROM:<a@world.test>\r\nRCPT TO:<ann@local.test>\r\nDATA\r\n");
        assertThat(client.reply()).startsWith("250 ");
        assertThat(client.reply()).startsWith("250 ");
        assertThat(client.reply()).startsWith("250 ");
        assertThat(client.reply()).startsWith("354 ");
        assertThat(client.ask("Subject: t\r\n\r\nhello\r\n.")).startsWith("250 ");
    }
}
