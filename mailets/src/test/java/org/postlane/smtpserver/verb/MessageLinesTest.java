// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent as one message is not taken for the end of it and for commands, also behind a line that is too long. */
class MessageLinesTest {
    private static final String LONG = "x".repeat(9_000);
    private static final String SMUGGLED = String.join("\r\n", "MAIL FROM:<admin@bank.test>", "RCPT TO:<victim@local.test>",
        "DATA", "Subject: smuggled", "", "hello", ".", "");

    private VerbServer server;
    private VerbServer.Client client;

    @BeforeEach
    void setUp() throws Exception {
        server = new VerbServer();
        client = server.connect();
        assertThat(client.ask("MAIL FROM:<a@world.test>")).startsWith("250 ");
        assertThat(client.ask("RCPT TO:<ann@local.test>")).startsWith("250 ");
        assertThat(client.ask("DATA")).startsWith("354 ");
    }

    @AfterEach
    void tearDown() throws Exception {
        client.close();
        server.close();
    }

    private List<String> repliesTo(String message) throws Exception {
        client.send(message);
        return client.replies();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n.\r\n", "\r.\r\n", "\n.\n", ".q\n", ".\n", ".\r.\r\n.\n", "\r\n\n.\r\n"})
    void noLineThatABareLineFeedEndsEndsAMessageBehindALineThatIsTooLong(String end) throws Exception {
        // A bare CR ends no line: such a message ends at the dot of the smuggled mail.
        assertThat(repliesTo("Subject: t\r\n\r\n" + LONG + "\r\n" + end + SMUGGLED)).singleElement()
            .satisfies(reply -> assertThat(reply).startsWith(end.startsWith("\r.") ? "554 5.6.0 " : "500 5.5.2 "));
        assertThat(server.taken).isEmpty();
    }

    @Test
    void nothingIsExecutedBehindALongLineWhoseOwnEndIsABareLineFeed() throws Exception {
        assertThat(repliesTo("Subject: t\r\n\r\n" + LONG + "\n.\r\n" + SMUGGLED)).singleElement()
            .satisfies(reply -> assertThat(reply).startsWith("554 5.6.0 "));
        assertThat(server.taken).isEmpty();
    }

    @Test
    void nothingIsSaidBehindTheLastReplyEvenToAnotherLineThatIsTooLong() throws Exception {
        assertThat(repliesTo("Subject: t\r\n\r\n" + LONG + "\r\n.\r\n" + LONG + "\r\n" + SMUGGLED)).singleElement()
            .satisfies(reply -> assertThat(reply).startsWith("554 5.6.0 "));
        assertThat(server.taken).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n.\r\n", "\r\n.q\n", "\r\n.\n", "\r\n.qq\n"})
    void aMessageWithShortLinesIsNotEndedByABareLineFeedEither(String end) throws Exception {
        assertThat(repliesTo("Subject: t\r\n\r\nhello" + end + SMUGGLED)).singleElement()
            .satisfies(reply -> assertThat(reply).startsWith("500 5."));
        assertThat(server.taken).isEmpty();
    }

    @Test
    void aMessageWithShortLinesIsTakenAndTheSessionGoesOn() throws Exception {
        assertThat(client.ask("Subject: t\r\n\r\n" + "y".repeat(8_000) + "\r\n.")).startsWith("250 ");
        assertThat(client.ask("MAIL FROM:<b@world.test>")).startsWith("250 ");
        assertThat(server.taken).containsExactly("a@world.test");
    }

    @Test
    void aBodyIsTakenAsItIsWithoutTheDotsThatWereAddedForTheWay() throws Exception {
        String body = "one\r\n\r\ntwo\r\n".repeat(3_000);
        assertThat(client.ask("Subject: t\r\n\r\n" + body + "..\r\n..x\r\n.y\r\n" + body + "end\r\n.")).startsWith("250 ");
        assertThat(server.contents).singleElement().asString()
            .endsWith("\r\n\r\n" + body + ".\r\n.x\r\ny\r\n" + body + "end\r\n");
    }

    @Test
    void commandsBehindAMessageInOnePieceAreCommandsAgain() throws Exception {
        String mail = "MAIL FROM:<b@world.test>\r\nRCPT TO:<ann@local.test>\r\nDATA\r\nSubject: u\r\nX: y\r\n\r\nsecond\r\n.\r\n";
        client.send("Subject: t\r\n\r\nfirst\r\nline\r\n.\r\n" + mail + "NOPE\r\nNOPE\r\n");
        for (String code : List.of("250 ", "250 ", "250 ", "354 ", "250 ", "500 ", "500 ")) {
            assertThat(client.reply()).startsWith(code);
        }
        assertThat(server.taken).containsExactly("a@world.test", "b@world.test");
        assertThat(server.contents).element(1).asString().endsWith("Subject: u\r\nX: y\r\n\r\nsecond\r\n");
    }
}
