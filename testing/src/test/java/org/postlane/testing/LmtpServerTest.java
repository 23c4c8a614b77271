// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.replyThenClose;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Violation.Kind;

class LmtpServerTest {
    private static final byte[] CONTENT = "Subject: x\r\n\r\nx\r\n".getBytes(US_ASCII);

    private static SmtpServer serving(Behaviour behaviour) {
        return SmtpServer.builder().lmtp().extensions("PIPELINING", "CHUNKING", "8BITMIME", "SIZE 100")
            .behaviour(behaviour).start();
    }

    private static SmtpDialogue greeted(SmtpServer server) {
        SmtpDialogue client = SmtpDialogue.connect(server.address());
        client.expect(220);
        client.command("LHLO client.test", 250);
        return client;
    }

    /** MAIL, RCPT for each and DATA, all accepted, and the content; nothing is read behind it. */
    private static void deliver(SmtpDialogue client, String... recipients) {
        client.command("MAIL FROM:<a@x>", 250);
        for (String to : recipients) {
            client.command("RCPT TO:<" + to + ">", 250);
        }
        client.command("DATA", 354);
        client.sendContent(CONTENT);
    }

    private static List<Kind> kinds(SmtpServer server) {
        return server.violations().stream().map(Violation::kind).toList();
    }

    @Test
    void eachAcceptedRecipientGetsAReplyOfItsOwnInOrder() {
        Behaviour behaviour = Behaviour.accepting()
            .rcpt("nobody@y", reply("550 5.1.1 nobody"))
            .endOfDataFor("C@y", reply("452 4.2.2 full"));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = greeted(server)) {
            client.command("MAIL FROM:<a@x>", 250);
            client.command("RCPT TO:<b@y>", 250);
            client.command("RCPT TO:<nobody@y>", 550);
            client.command("RCPT TO:<c@y>", 250);
            client.command("RCPT TO:<d@y> ", 250);
            client.command("DATA", 354);
            client.sendContent(CONTENT);
            assertThat(client.expect(250).text()).contains("<b@y>");
            client.expect(452);
            assertThat(client.expect(250).text()).contains("<d@y>");
            client.quit();

            ReceivedMail mail = server.received().get(0);
            assertThat(mail.recipientAddresses()).containsExactly("b@y", "c@y", "d@y");
            assertThat(mail.acceptedAddresses()).containsExactly("b@y", "d@y");
            assertThat(mail.accepted()).hasSize(2).doesNotContain(new Recipient("c@y", ""));
            assertThat(server.received()).hasSize(1);
            assertThat(server.unaccepted()).isEmpty();
            assertThat(server.statistics().mailsAccepted()).isEqualTo(1);
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aRecipientThatWasNamedTwiceIsAnsweredTwice() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = greeted(server)) {
            deliver(client, "b@y", "b@y");
            client.expect(250);
            client.expect(250);
            client.command("NOOP", 250);
            assertThat(server.received().get(0).acceptedAddresses()).containsExactly("b@y", "b@y");
        }
    }

    @Test
    void theGreetingAndTheHelloAreThoseOfLmtpAndNoOthers() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = SmtpDialogue.connect(server.address())) {
            assertThat(client.expect(220).text()).isEqualTo("220 mx.test LMTP");
            client.command("EHLO client.test", 500);
            client.command("HELO client.test", 500);
            client.command("MAIL FROM:<a@x>", 503);
            assertThat(client.command("LHLO client.test", 250).offers("CHUNKING")).isTrue();
            assertThat(server.connections().get(0).heloName()).isEqualTo("client.test");
            client.command("MAIL FROM:<a@x> BODY=8BITMIME", 250);
            assertThat(kinds(server)).containsExactly(Kind.UNKNOWN_COMMAND, Kind.UNKNOWN_COMMAND, Kind.OUT_OF_ORDER);
        }
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("LHLO client.test", 500);
            assertThat(kinds(server)).containsExactly(Kind.UNKNOWN_COMMAND);
        }
    }

    @Test
    void whatIsTaughtForTheEndOfDataHoldsForEachRecipient() {
        Behaviour behaviour = Behaviour.accepting().endOfData(reply("451 4.3.0 later"));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = greeted(server)) {
            deliver(client, "b@y", "c@y");
            client.expect(451);
            client.expect(451);
            assertThat(server.received()).isEmpty();
            assertThat(server.unaccepted()).hasSize(1);
            assertThat(server.unaccepted().get(0).accepted()).isEmpty();
        }
    }

    @Test
    void aConnectionThatEndsBetweenTwoRecipientsHasAcceptedTheFirst() {
        for (Reaction fault : List.of(Reaction.close(), Reaction.reset(), replyThenClose("421 4.3.2 bye"))) {
            try (SmtpServer server = serving(Behaviour.accepting().endOfDataFor("c@y", fault));
                    SmtpDialogue client = greeted(server)) {
                deliver(client, "b@y", "c@y", "d@y");
                await().until(() -> server.openConnections().isEmpty());
                assertThat(server.received()).hasSize(1);
                assertThat(server.received().get(0).acceptedAddresses()).containsExactly("b@y");
                assertThat(server.unaccepted()).isEmpty();
            }
        }
    }

    @Test
    void aConnectionThatEndsBeforeTheFirstAcceptanceHasAcceptedNobody() {
        Behaviour behaviour = Behaviour.accepting()
            .endOfDataFor("b@y", reply("550 5.2.1 closed"))
            .endOfDataFor("c@y", Reaction.close());
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = greeted(server)) {
            deliver(client, "b@y", "c@y", "d@y");
            client.expect(550);
            client.expectEnd();
            await().until(() -> server.unaccepted().size() == 1);
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aReplyIsRecordedBeforeItIsSentAndTheNextOneMayStall() {
        Stall stall = new Stall();
        Behaviour behaviour = Behaviour.accepting().endOfDataFor("c@y", Reaction.stall(stall).then(proceed()));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = greeted(server)) {
            deliver(client, "b@y", "c@y");
            client.expect(250);
            assertThat(server.received().get(0).acceptedAddresses()).containsExactly("b@y");
            await().until(() -> stall.waiting() == 1);
            stall.release();
            client.expect(250);
            assertThat(server.received().get(0).acceptedAddresses()).containsExactly("b@y", "c@y");
        }
    }

    @Test
    void theListenerIsToldOnceOfEachMail() {
        List<ReceivedMail> told = new ArrayList<>();
        try (SmtpServer server = SmtpServer.builder().lmtp().onReceived(told::add).start();
                SmtpDialogue client = greeted(server)) {
            deliver(client, "b@y", "c@y");
            client.expect(250);
            client.expect(250);
            assertThat(told).hasSize(1);
        }
    }

    @Test
    void withoutARecipientDataAndBdatGetOne503() {
        Behaviour behaviour = Behaviour.accepting().rcpt(reply("550 5.1.1 nobody"));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = greeted(server)) {
            client.sendBytes("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nDATA\r\n".getBytes(US_ASCII));
            for (int code : new int[] {250, 550, 550, 503}) {
                client.expect(code);
            }
            client.command("RSET", 250);
            client.sendBytes("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nBDAT 5 LAST\r\nQUIT\nNOOP\r\n"
                .getBytes(US_ASCII));
            for (int code : new int[] {250, 550, 550, 503, 250}) {
                client.expect(code);
            }
            assertThat(server.violations()).isEmpty();
            assertThat(server.statistics().commands("NOOP")).isEqualTo(1);
        }
    }

    @Test
    void a354ForNobodyIsFollowedByNoReplyUnlessOneIsTaught() {
        Behaviour behaviour = Behaviour.accepting()
            .rcpt(reply("550 5.1.1 nobody"))
            .data(reply("354 although nobody is there"))
            .endOfData(reply("554 5.5.1 nobody")).afterFirst(1);
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = greeted(server)) {
            for (int last : new int[] {250, 554}) {
                client.sendBytes("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n".getBytes(US_ASCII));
                for (int code : new int[] {250, 550, 354}) {
                    client.expect(code);
                }
                client.sendBytes(".\r\nNOOP\r\n".getBytes(US_ASCII)).expect(last);
            }
            assertThat(server.unaccepted()).hasSize(2);
        }
    }

    @Test
    void everyChunkedMessageIsAnsweredForEachRecipientToo() {
        Behaviour behaviour = Behaviour.accepting().endOfDataFor("c@y", reply("550 5.2.1 closed"));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = greeted(server)) {
            client.sendBytes("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nBDAT 4\r\na\r\nbBDAT 3 LAST\r\nc\r\nNOOP\r\n"
                .getBytes(US_ASCII));
            for (int code : new int[] {250, 250, 250, 250, 250, 550, 250}) {
                client.expect(code);
            }
            assertThat(server.received().get(0).text()).isEqualTo("a\r\nbc\r\n");
            assertThat(server.received().get(0).acceptedAddresses()).containsExactly("b@y");
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aMailThatIsTooLargeIsSoForEveryone() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = greeted(server)) {
            client.command("MAIL FROM:<a@x>", 250);
            client.command("RCPT TO:<b@y>", 250);
            client.command("RCPT TO:<c@y>", 250);
            client.command("BDAT 101 LAST\r\n" + "x".repeat(101 - 2), 552);
            client.expect(552);
            assertThat(server.unaccepted()).hasSize(1);
        }
    }

    @Test
    void hasteWithoutPipeliningIsRecordedOnceHoweverManyRepliesThereAre() {
        try (SmtpServer server = SmtpServer.builder().lmtp().extensions().start(); SmtpDialogue client = greeted(server)) {
            client.command("MAIL FROM:<a@x>", 250);
            client.command("RCPT TO:<b@y>", 250);
            client.command("RCPT TO:<c@y>", 250);
            client.command("DATA", 354);
            client.sendBytes("x\r\n.\r\nMAIL FROM:<a@x>\r\n".getBytes(US_ASCII));
            for (int code : new int[] {250, 250, 250}) {
                client.expect(code);
            }
            assertThat(kinds(server)).containsExactly(Kind.UNASKED_PIPELINING);
        }
    }
}
