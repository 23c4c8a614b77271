// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.replyThenClose;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ReactionTest {
    private static final byte[] CONTENT = "Subject: x\r\n\r\nx\r\n".getBytes(US_ASCII);

    /** Greets a server that answers NOOP in this way, and says NOOP. */
    private static SmtpDialogue noop(SmtpServer server) {
        return SmtpDialogue.greeted(server.address()).send("NOOP");
    }

    private static SmtpServer answeringNoop(Reaction reaction) {
        return SmtpServer.with(Behaviour.accepting().noop(reaction));
    }

    @Test
    void aRuleHoldsAsOftenAsItWasToldTo() {
        Behaviour behaviour = Behaviour.accepting()
            .rcpt("b@y", reply("450 4.2.0 later")).times(2)
            .rcpt("b@y", reply("550 5.1.1 never")).afterFirst(1).once()
            .rset(reply("500 5.5.1 no")).onConnection(2);
        try (SmtpServer server = SmtpServer.with(behaviour);
                SmtpDialogue client = SmtpDialogue.greeted(server.address());
                SmtpDialogue other = SmtpDialogue.greeted(server.address())) {
            client.command("MAIL FROM:<a@x>", 250);
            for (int code : new int[] {450, 450, 250, 550, 250}) {
                client.command("RCPT TO:<B@y>", code);
            }
            client.command("RCPT TO:<c@y>", 250);
            client.command("RSET", 250);
            other.command("RSET", 500);
        }
    }

    @Test
    void aRefusedRsetKeepsTheTransaction() {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().rset(reply("500 no")).once());
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("MAIL FROM:<a@x>", 250);
            client.command("RSET", 500);
            client.command("RCPT TO:<b@y>", 250);
            client.command("RSET", 250);
            client.command("RCPT TO:<b@y>", 503);
        }
    }

    @Test
    void aServerMayEndTheConnectionAfterSomeMails() {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().afterMails(2, replyThenClose("421 4.7.0 enough")));
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendMail("a@x", List.of("b@y"), CONTENT);
            client.sendMail("a@x", List.of("b@y"), CONTENT);
            client.command("MAIL FROM:<a@x>", 421);
            client.expectEnd();
            assertThat(server.connections().get(0).ending()).contains(Ending.CLOSED_BY_SERVER);
        }
    }

    @Test
    void a421WithPipelinedCommandsBehindItStillReachesTheClient() {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().mail(replyThenClose("421 4.3.2 bye")));
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendBytes("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n".getBytes(US_ASCII));
            client.expect(421);
            client.expectEnd();
        }
    }

    @Test
    void aMailWhoseReplyNeverCameIsRecordedAsUnaccepted() {
        for (Reaction fault : List.of(Reaction.close(), Reaction.reset(), reply("451 4.3.0 later"))) {
            try (SmtpServer server = SmtpServer.with(Behaviour.accepting().endOfData(fault));
                    SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
                assertThatThrownBy(() -> client.sendMail("a@x", List.of("b@y"), CONTENT)).isInstanceOf(AssertionError.class);
                await().until(() -> server.unaccepted().size() == 1);
                assertThat(server.received()).isEmpty();
            }
        }
    }

    @Test
    void closeEndsTheStreamAndResetBreaksIt() {
        try (SmtpServer server = answeringNoop(Reaction.close()); SmtpDialogue client = noop(server)) {
            client.expectEnd();
        }
        try (SmtpServer server = answeringNoop(Reaction.reset()); SmtpDialogue client = noop(server)) {
            assertThatThrownBy(client::readReply).hasRootCauseMessage("Connection reset");
        }
    }

    @Test
    void faultyRepliesComeAsScripted() {
        try (SmtpServer server = answeringNoop(Reaction.mixedCodes(250, 550)); SmtpDialogue client = noop(server)) {
            assertThat(client.readReply().lines()).extracting(line -> line.substring(0, 4)).containsExactly("250-", "550 ");
        }
        try (SmtpServer server = answeringNoop(Reaction.garbage()); SmtpDialogue client = noop(server)) {
            assertThat(client.readReply().code()).isZero();
        }
        try (SmtpServer server = answeringNoop(Reaction.longLine(250, 5000)); SmtpDialogue client = noop(server)) {
            assertThat(client.readLine()).hasSize(5000);
        }
        try (SmtpServer server = answeringNoop(Reaction.byteByByte("250-a\n250 b")); SmtpDialogue client = noop(server)) {
            assertThat(client.expect(250).lines()).containsExactly("250-a", "250 b");
        }
        try (SmtpServer server = answeringNoop(Reaction.twoAtOnce("250 one", "550 two")); SmtpDialogue client = noop(server)) {
            client.expect(250);
            client.expect(550);
        }
        try (SmtpServer server = answeringNoop(Reaction.unfinished("250 o").then(Reaction.close()));
                SmtpDialogue client = noop(server)) {
            assertThat(client.readLine()).isEqualTo("250 o");
            client.expectEnd();
        }
        try (SmtpServer server = answeringNoop(Reaction.silence()); SmtpDialogue client = noop(server)) {
            client.command("RSET", 250);
        }
    }

    @Test
    void endlessRepliesEndWithTheClientAndAreNotKeptForEver() {
        for (Reaction endless : List.of(Reaction.endlessContinuation(250), Reaction.endlessLine(250))) {
            try (SmtpServer server = answeringNoop(endless); SmtpDialogue client = noop(server)) {
                client.close();
                await().until(() -> server.openConnections().isEmpty());
            }
        }
    }

    @Test
    void aStallHoldsTheReplyUntilItIsReleased() {
        Stall stall = new Stall();
        try (SmtpServer server = answeringNoop(Reaction.stall(stall).then(proceed()));
                SmtpDialogue client = noop(server)) {
            await().until(() -> stall.waiting() == 1);
            assertThat(server.connections().get(0).serverLines().get(0)).startsWith("220");
            stall.release();
            client.expect(250);
        }
    }

    @Test
    void aClientThatGivesUpDuringAStallIsNoticed() {
        Stall stall = new Stall();
        try (SmtpServer server = answeringNoop(Reaction.stall(stall)); SmtpDialogue client = noop(server)) {
            await().until(() -> stall.waiting() == 1);
            client.close();
            await().until(() -> server.openConnections().isEmpty());
            assertThat(server.connections().get(0).ending()).contains(Ending.EOF);
        }
    }

    @Test
    void aClientThatGivesUpWithCommandsPipelinedBehindAStallIsNoticed() {
        Stall stall = new Stall();
        try (SmtpServer server = answeringNoop(Reaction.stall(stall)); SmtpDialogue client = noop(server)) {
            await().until(() -> stall.waiting() == 1);
            client.sendBytes("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\n".getBytes(US_ASCII)).close();
            await().until(() -> server.openConnections().isEmpty());
            assertThat(server.connections().get(0).ending()).contains(Ending.EOF);
            assertThat(server.statistics().transactions()).isZero();
        }
    }

    @Test
    void whatWasPipelinedBeforeTheClientLeftIsServedAfterAPause() {
        try (SmtpServer server = answeringNoop(proceed().after(Duration.ofMillis(200))); SmtpDialogue client = noop(server)) {
            client.sendBytes("MAIL FROM:<a@x>\r\nQUIT\r\n".getBytes(US_ASCII)).close();
            await().until(() -> server.openConnections().isEmpty());
            assertThat(server.statistics().transactions()).isEqualTo(1);
        }
    }

    @Test
    void aDelayedReplyComes() {
        try (SmtpServer server = answeringNoop(reply("250 late").after(Duration.ofMillis(50)));
                SmtpDialogue client = noop(server)) {
            assertThat(client.expect(250).text()).isEqualTo("250 late");
        }
    }

    @Test
    void whatWaitsForTheClientToGoOnIsSaidWhenItHasOrNeverWhenItHasGone() {
        try (SmtpServer server = answeringNoop(reply("250 one").then(Reaction.awaitInput()).then(reply("250 two")));
                SmtpDialogue client = noop(server); SmtpDialogue leaves = noop(server)) {
            assertThat(client.expect(250).text()).isEqualTo("250 one");
            assertThat(leaves.expect(250).text()).isEqualTo("250 one");
            leaves.close();
            await().until(() -> !server.connections().get(1).isOpen());
            assertThat(server.connections()).allSatisfy(connection ->
                assertThat(connection.serverLines()).doesNotContain("250 two"));
            client.send("RSET");
            assertThat(client.expect(250).text()).isEqualTo("250 two");
            assertThat(client.expect(250).text()).contains("reset");
        }
    }

    @Test
    void anIdleConnectionCanBeDisturbed() {
        try (SmtpServer server = SmtpServer.accepting();
                SmtpDialogue first = SmtpDialogue.greeted(server.address());
                SmtpDialogue second = SmtpDialogue.greeted(server.address())) {
            server.connections().get(0).sendNow("421 4.4.2 bye");
            server.connections().get(0).closeNow();
            first.expect(421);
            first.expectEnd();
            server.connections().get(1).resetNow();
            assertThatThrownBy(second::readReply).hasRootCauseMessage("Connection reset");
            assertThat(server.openConnections()).isEmpty();
            assertThat(server.connections()).extracting(connection -> connection.ending().orElseThrow())
                .containsExactly(Ending.CLOSED_BY_SERVER, Ending.RESET_BY_SERVER);
        }
    }

    @RepeatedTest(50)
    void aConnectionIsResetAlsoWhileItsThreadIsAboutToSeeThatItHasEnded() {
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            server.connections().get(0).resetNow();
            assertThatThrownBy(client::readReply).hasRootCauseMessage("Connection reset");
        }
    }

    @Test
    void aSilentClientIsSentAwayAfterTheIdleTime() {
        try (SmtpServer server = SmtpServer.builder().idleTimeout(Duration.ofMillis(100)).start();
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.expect(421);
            client.expectEnd();
        }
    }

    @Test
    void aRefusingGreetingAndA250WhereNoneWasDueAreBothPossible() {
        Behaviour behaviour = Behaviour.accepting()
            .connect(reply("554 5.3.2 no service"))
            .data(reply("354 although nobody is there"));
        try (SmtpServer server = SmtpServer.with(behaviour); SmtpDialogue client = SmtpDialogue.connect(server.address())) {
            client.expect(554);
            client.ehlo("me.test");
            client.command("DATA", 354);
            client.sendContent(CONTENT).expect(554);
            assertThat(server.unaccepted()).hasSize(1);
        }
    }
}
