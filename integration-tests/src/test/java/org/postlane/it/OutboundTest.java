// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Behaviour.accepting;
import static org.postlane.testing.Reaction.reply;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Connection;
import org.postlane.testing.Ending;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** Remote delivery from a real James, with times that a test can wait for. */
class OutboundTest {
    private static final int MAILS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static JamesUnderTest james;
    private static int port;
    private static ScriptedBehaviour behaviour;
    private SmtpServer remote;

    @BeforeAll
    static void start() throws Exception {
        try (SmtpServer reserved = SmtpServer.accepting()) {
            port = reserved.port();
        }
        james = JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<idleTimeout>30 s</idleTimeout>",
                "<idleTimeout>2 s</idleTimeout><delayTime>3*500 ms</delayTime><maxRetries>3</maxRetries>")
            .domain("local.test").user("alice@local.test")
            .mx("external.test", port)
            .start();
    }

    @AfterAll
    static void stop() {
        james.close();
    }

    @BeforeEach
    void listen() {
        behaviour = accepting();
        remote = SmtpServer.builder().port(port).behaviour(behaviour).start();
    }

    @AfterEach
    void silence() {
        // Reserved connections of one test must not carry the mail of the next.
        await().atMost(PATIENCE).until(() -> remote.openConnections().isEmpty());
        assertThat(remote.violations()).isEmpty();
        remote.close();
    }

    private void send(String to, String subject) {
        james.send("alice@local.test", List.of(to), "Subject: " + subject + "\n\nhello\n");
    }

    @Test
    void mailsToOneHostUseOneConnectionAndTheHostSeesRsetBetweenThem() {
        for (int i = 1; i <= MAILS; i++) {
            int sent = i;
            send("one" + sent + "@external.test", "mail " + sent);
            await().atMost(PATIENCE).until(() -> remote.received().size() == sent);
        }
        // A mail that comes before the one before it is settled may need one of its own.
        Connection used = remote.connections().stream().filter(connection -> connection.mailsCarried() > 1).findFirst()
            .orElseThrow();
        List<String> verbs = used.clientLines().stream().map(line -> line.split("[ :]")[0]).toList();
        assertThat(String.join(" ", verbs)).contains("MAIL RCPT DATA").containsPattern("DATA.* RSET MAIL RCPT DATA");
        assertThat(verbs).filteredOn("EHLO"::equals).hasSize(1);
    }

    @Test
    void aConnectionIdleForLongerThanTheLimitIsClosedWithQuit() {
        send("one@external.test", "idle");
        await().atMost(PATIENCE).until(() -> remote.received().size() == 1);
        Connection connection = remote.connections().get(0);
        await().atMost(PATIENCE).until(() -> !connection.isOpen());
        assertThat(connection.ending()).contains(Ending.QUIT);
    }

    @Test
    void fiftyMailsAtOnceToOneHostNeverOpenMoreThanEightConnections() throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(10);
        try {
            for (int i = 0; i < 50; i++) {
                String to = "user" + i + "@external.test";
                senders.execute(() -> send(to, "burst"));
            }
            await().atMost(PATIENCE).until(() -> remote.received().size() == 50);
        } finally {
            senders.shutdown();
        }
        assertThat(remote.received()).extracting(ReceivedMail::recipientAddresses).doesNotHaveDuplicates();
        assertThat(remote.statistics().maxOpenAtOnce()).isLessThanOrEqualTo(8);
    }

    @Test
    void aRefusedRsetOpensANewConnectionAndLosesNothing() {
        behaviour.rset(reply("500 5.5.1 not here"));
        send("one@external.test", "before");
        await().atMost(PATIENCE).until(() -> remote.received().size() == 1);
        send("two@external.test", "after");
        await().atMost(PATIENCE).until(() -> remote.received().size() == 2);

        assertThat(remote.statistics().connectionsOpened()).isEqualTo(2);
        assertThat(remote.received()).extracting(ReceivedMail::recipientAddresses)
            .containsExactly(List.of("one@external.test"), List.of("two@external.test"));
    }

    @Test
    void aMailToThreeRecipientsAnswered250And450And550IsDeliveredOnceRetriedOnceAndBouncedOnce() {
        behaviour.rcpt("later@external.test", reply("450 4.2.1 busy")).once()
            .rcpt("never@external.test", reply("550 5.1.1 who is that"));
        james.send("alice@local.test", List.of("now@external.test", "later@external.test", "never@external.test"),
            "Subject: three fates\n\nhello\n");

        await().atMost(PATIENCE).until(() -> remote.received().size() == 2);
        await().atMost(PATIENCE).until(() -> bounces().size() == 1);
        assertThat(remote.received()).extracting(ReceivedMail::recipientAddresses)
            .containsExactlyInAnyOrder(List.of("now@external.test"), List.of("later@external.test"));
        assertThat(bounces().get(0)).contains("never@external.test", "550", "5.1.1 who is that")
            .doesNotContain("later@external.test", "now@external.test");
        assertThat(remote.connections()).flatExtracting(Connection::clientLines)
            .filteredOn(line -> line.startsWith("RCPT TO:<never@")).hasSize(1);
    }

    private static List<String> bounces() {
        return james.inboxTexts("alice@local.test").stream().filter(text -> text.contains("multipart/report")).toList();
    }

    @Test
    void howManyMailsAreDeferredCanBeSeenThroughWebadmin() {
        behaviour.rcpt("slow@external.test", reply("451 4.3.0 try later")).times(2);
        send("slow@external.test", "deferred");
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
            .until(() -> james.webadmin("/mailQueues/outgoing").contains("\"size\":1"));
        await().atMost(PATIENCE).until(() -> remote.received().size() == 1);
        await().atMost(PATIENCE).until(() -> james.webadmin("/mailQueues/outgoing").contains("\"size\":0"));
    }

    @Test
    void aConnectionThatDiedInReserveCostsNothingButANewOne() {
        send("one@external.test", "before");
        await().atMost(PATIENCE).until(() -> remote.received().size() == 1);
        remote.connections().get(0).closeNow();
        send("two@external.test", "after");
        await().atMost(PATIENCE).until(() -> remote.received().size() == 2);
        assertThat(remote.statistics().connectionsOpened()).isEqualTo(2);
    }
}
