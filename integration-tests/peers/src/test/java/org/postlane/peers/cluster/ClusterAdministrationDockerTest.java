// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Pop3Dialogue;
import org.postlane.testing.feed.Letter;
import org.postlane.testing.fleet.HostBehaviour;

/** What an administrator or a user meets on one node of what happened on the other. */
@WithCluster
class ClusterAdministrationDockerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String NEWCOMER = "newcomer@home.test";
    private static final int EACH = 15;
    /** Where mail waits that is put off for {@link Cluster#DELAY}. */
    private static final String WAITING = "/mailQueues/outgoing-waiting-30s";

    private final Cluster cluster;

    ClusterAdministrationDockerTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void theFirstMailsOfANewUserThroughBothNodesAreInOneInbox() throws Exception {
        cluster.user(NEWCOMER);
        List<Thread> senders = cluster.nodes().stream().map(node -> new Thread(() -> IntStream.range(0, EACH)
            .forEach(mail -> node.submit(Letter.SENDER, NEWCOMER, node + "-" + mail + "@first.test")))).toList();
        senders.forEach(Thread::start);
        for (Thread sender : senders) {
            sender.join();
        }

        await().atMost(PATIENCE).untilAsserted(() -> {
            try (Pop3Dialogue pop3 = cluster.second().pop3(NEWCOMER)) {
                assertThat(pop3.retrAll().stream().flatMap(mail -> new String(mail, ISO_8859_1).lines())
                    .filter(line -> line.startsWith("Message-ID: "))).containsExactlyInAnyOrderElementsOf(expected());
                assertThat(pop3.uidl().values()).doesNotHaveDuplicates();
            }
        });
        assertThat(cluster.first().get("/users/" + NEWCOMER + "/mailboxes")).containsOnlyOnce("INBOX");
    }

    private List<String> expected() {
        return cluster.nodes().stream().flatMap(node -> IntStream.range(0, EACH)
            .mapToObj(mail -> "Message-ID: <" + node + "-" + mail + "@first.test>")).toList();
    }

    @Test
    void mailThatOneNodePutOffIsCountedAndListedByTheOther() {
        Queue<String> arrived = new ConcurrentLinkedQueue<>();
        cluster.host().behave(HostBehaviour.healthy().rcpt(recipient -> "451 4.2.0 not now"));
        cluster.onMail(mail -> arrived.addAll(mail.recipients()));
        cluster.first().submit(Letter.SENDER, "listed@elsewhere.test", "listed");

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(cluster.second().get(WAITING)).contains("\"size\":1");
            assertThat(cluster.second().get(WAITING + "/mails")).contains("listed@elsewhere.test").contains(Letter.SENDER);
        });
        assertThat(Stream.of("spool", "outgoing", "outgoing-relay")).allSatisfy(queue ->
            assertThat(cluster.second().get("/mailQueues")).contains("\"" + queue + "\""));

        cluster.host().behave(HostBehaviour.healthy());
        await().atMost(PATIENCE).until(() -> arrived.contains("listed@elsewhere.test"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(cluster.second().get(WAITING)).contains("\"size\":0"));
    }
}
