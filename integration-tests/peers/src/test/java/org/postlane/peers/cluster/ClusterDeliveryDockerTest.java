// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.postlane.testing.feed.Findings;
import org.postlane.testing.feed.Letter;
import org.postlane.testing.fleet.FleetMail;
import org.postlane.testing.fleet.HostBehaviour;

/** Two nodes, neither of which is killed: they share the mail, and the limits. */
@WithCluster
class ClusterDeliveryDockerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** A quarter of a second's worth, and what each of two nodes may have taken in advance (docs/cluster.md). */
    private static final int IN_ADVANCE = 1 + 2 * Cluster.RATE / 2;

    private final Cluster cluster;

    ClusterDeliveryDockerTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void whatOneNodeTookBothDeliverOnceAndTheOtherNodeShowsItToItsUsers() {
        Map<String, Long> before = cluster.broker().traffic();
        try (Load load = new Load(cluster, "one", 2, List.of(cluster.first()))) {
            load.awaitMore(100);
            Findings findings = load.findAll(cluster.second());

            assertThat(findings.repeatedElsewhere()).isZero();
            assertThat(findings.repeatedHere()).isZero();
            assertThat(load.refusals()).isEmpty();
            assertThat(load.takenFrom(cluster.first())).isPositive();
            assertThat(load.takenFrom(cluster.second())).isPositive();
            System.out.println(load.account() + ", lost 0, repeated 0, elsewhere from the nodes "
                + load.takenFrom(cluster.first()) + " and " + load.takenFrom(cluster.second()) + "; the broker before " + before
                + ", after " + cluster.broker().traffic() + ", " + cluster.broker().connections());
        }
    }

    @Test
    void brokersAreToldOfOurOwnConcurrencyAndNotOfJamesFive() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(cluster.broker().prefetches("outgoing")).containsExactly(1000, 1000);
            assertThat(cluster.broker().prefetches("spool")).containsExactly(20, 20);
            assertThat(cluster.broker().prefetches("outgoing-waiting-30s")).containsExactly(32, 32);
        });
    }

    @Test
    void bothNodesTogetherKeepARateAndTheConnectionsToAHost() {
        Queue<FleetMail> taken = new ConcurrentLinkedQueue<>();
        cluster.onMail(taken::add);
        for (int i = 0; i < 30; i++) {
            cluster.nodes().get(i % 2).submit(Letter.SENDER, i + "@" + Cluster.PACED, "paced" + i);
        }
        await().atMost(PATIENCE).until(() -> taken.size() == 30);
        List<FleetMail> mails = List.copyOf(taken);

        for (int n = IN_ADVANCE; n < mails.size(); n++) {
            assertThat(Duration.ofNanos(mails.get(n).at() - mails.get(0).at())).as("mail %d", n)
                .isGreaterThanOrEqualTo(Duration.ofMillis(1000L * (n - IN_ADVANCE) / Cluster.RATE));
        }
        assertThat(mails).extracting(FleetMail::client).contains(cluster.first().address(), cluster.second().address());
        assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.figure("postlane_sharedLimits_away")).isZero());
    }

    @Test
    void bothNodesTogetherKeepTheLimitOfConnectionsToAHost() {
        AtomicInteger most = new AtomicInteger();
        Set<String> clients = ConcurrentHashMap.newKeySet();
        AtomicInteger taken = new AtomicInteger();
        cluster.host().behave(HostBehaviour.healthy().slow(Duration.ofMillis(100)));
        cluster.onMail(mail -> {
            most.accumulateAndGet(cluster.connections(), Math::max);
            clients.add(mail.client());
            taken.incrementAndGet();
        });
        for (int i = 0; i < 60; i++) {
            cluster.nodes().get(i % 2).submit(Letter.SENDER, i + "@wide.test", "wide" + i);
        }
        await().atMost(PATIENCE).until(() -> taken.get() == 60);

        assertThat(most).hasValueBetween(2, Cluster.CONNECTIONS);
        assertThat(clients).contains(cluster.first().address(), cluster.second().address());
    }
}
