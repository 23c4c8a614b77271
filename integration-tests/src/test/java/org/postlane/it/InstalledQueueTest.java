// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.reply;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** The way back of docs/install.md on a James whose queues last: what Postlane left in them, and what becomes of it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InstalledQueueTest {
    private static final String ALICE = "alice@local.test";
    private static final String SENDER = "joe@elsewhere.test";
    private static final String LATER = "later@external.test";
    private static final String NEVER = "never@external.test";
    private static final String RELAYED = "someone@" + SecondStep.RELAY_DOMAIN;
    private static final String REFUSAL = "451 4.7.1 try again later";
    /** With three retries, as upstream's sample has it. */
    private static final int ATTEMPTS = 4;

    @TempDir
    private static Path directory;
    private static final Map<String, Integer> RCPTS = new ConcurrentHashMap<>();
    private static final ScriptedBehaviour BEHAVIOUR = Behaviour.accepting();
    private static SmtpServer remote;
    private static OfficialJames james;
    private static String leftovers;

    @RegisterExtension
    static final AfterTestExecutionCallback WHAT_JAMES_SAID = context ->
        context.getExecutionException().ifPresent(failure -> System.out.println("James said:\n" + james.tail()));

    @BeforeAll
    static void layOut() throws Exception {
        remote = SmtpServer.with(BEHAVIOUR);
        james = OfficialJames.withQueueThatLasts(OfficialImage.in(directory, remote.port()));
        // After the second attempt a mail waits until somebody flushes it.
        james.image().replace("mailetcontainer.xml", "<delayTime>5000, 100000, 500000</delayTime>",
            "<delayTime>1000, 600000, 1000</delayTime>");
    }

    @AfterAll
    static void end() {
        if (james != null) {
            james.close();
        }
        remote.close();
    }

    private static void refuse(String... recipients) {
        BEHAVIOUR.clear();
        BEHAVIOUR.rcpt(to -> RCPTS.merge(to, 1, Integer::sum) > 0 && List.of(recipients).contains(to), reply(REFUSAL));
    }

    private static long received(String recipient) {
        return remote.received().stream().filter(mail -> mail.recipientAddresses().contains(recipient)).count();
    }

    private static void install() throws IOException {
        InstallDocument.run("Install", james.image().root());
        SecondStep.follow(james.image().conf());
        InstallDocument.run("Third step", james.image().root());
        james.image().replace("mailetcontainer.xml", "class=\"org.postlane.mailet.FanOutLocalDelivery\"/>",
            "class=\"org.postlane.mailet.FanOutLocalDelivery\"><onMailetException>propagate</onMailetException></mailet>");
    }

    @Test
    @Order(1)
    void postlaneLeavesMailInEachKindOfQueue() throws Exception {
        refuse(LATER, NEVER, RELAYED);
        install();
        james.start();
        james.addUser(ALICE);
        james.send(SENDER, ALICE, "the first");
        await().until(() -> james.inbox(ALICE).contains("the first"));
        james.webadmin(204, "PUT", "/quota/users/" + ALICE + "/count", "1");
        james.send(SENDER, ALICE, "too much");
        james.send(SENDER, LATER, "later");
        james.send(SENDER, NEVER, "never");
        james.send(SENDER, RELAYED, "passed on");
        await().untilAsserted(() -> {
            assertThat(RCPTS).containsEntry(LATER, 2).containsEntry(NEVER, 2).containsEntry(RELAYED, 2);
            assertThat(james.size("outgoing")).isEqualTo(2);
            assertThat(james.size("outgoing-relay")).isEqualTo(1);
            assertThat(james.size("lane-local")).isEqualTo(1);
        });
        james.stop();
        assertThat(remote.received()).isEmpty();
    }

    @Test
    @Order(2)
    void stockTakesUpWhatWaitsToBeRelayedAndCountsOn() throws Exception {
        InstallDocument.run("Put back", james.image().root());
        leftovers = String.join("", InstallDocument.blocks("What stock James does not look for", "xml"))
            .replace("<outgoing>", "<gateway>127.0.0.1:" + remote.port() + "</gateway><outgoing>");
        james.image().replace("mailetcontainer.xml", "</processors>", leftovers + "</processors>");
        refuse(NEVER);
        james.start();
        assertThat(james.log()).doesNotContain("org.postlane", " o.p.");
        for (String queue : List.of("outgoing", "outgoing-relay")) {
            for (InstallDocument.Call call : InstallDocument.calls("Before you stop James")) {
                james.webadmin(204, call.method(), call.path().replace("outgoing", queue), call.body());
            }
        }
        await().untilAsserted(() -> {
            assertThat(james.size("outgoing") + james.size("outgoing-relay")).isZero();
            assertThat(received(SENDER)).as("a bounce to the sender").isEqualTo(1);
        });
        assertThat(received(LATER)).isEqualTo(1);
        assertThat(received(RELAYED)).isEqualTo(1);
        assertThat(received(NEVER)).isZero();
        assertThat(RCPTS).containsEntry(NEVER, ATTEMPTS);
        assertThat(remote.received()).hasSize(3);
        james.stop();
    }

    @Test
    @Order(3)
    void whatWasLeftInALaneIsDeliveredWhenPostlaneIsBack() throws Exception {
        james.image().replace("mailetcontainer.xml", leftovers, "");
        install();
        james.start();
        await().until(() -> james.size("lane-local") == 0);
        james.addUser(ALICE);
        assertThat(james.inbox(ALICE)).containsExactly("too much");
        assertThat(remote.received()).hasSize(3);
        james.stop();
    }
}
