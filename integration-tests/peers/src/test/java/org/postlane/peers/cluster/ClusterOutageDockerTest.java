// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.postlane.testing.feed.Findings;

/**
 * Something that both nodes need is away for a while: clients are asked to wait, nothing is lost, and no node is started again.
 */
@WithCluster
class ClusterOutageDockerTest {
    private static final int CLIENTS = 4;
    private static final int BEFORE = 20;
    private static final int AFTER = 30;
    private static final int ENOUGH_REFUSALS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** Mails that may be on their way over a connection: the default of mailsInFlightPerConnection. */
    private static final int IN_FLIGHT = 5;
    /** What was taken so shortly before the outage may not be acknowledged. */
    private static final Duration NOT_ACKNOWLEDGED = Duration.ofSeconds(2);
    /** Threads of the spool in conf/, each with one mail. */
    private static final int SPOOL = 20;
    /** Local deliveries at a time. */
    private static final int DELIVERIES = 32;
    /** Mails that were put off before the outage, and are due again and again, also while it lasts. */
    private static final int HELD = 30;

    private final Cluster cluster;

    ClusterOutageDockerTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void aBrokerThatIsStoppedAndStartedAgain() {
        outage("rabbitmq", "stopped", Part::stop);
    }

    @Test
    void aBrokerThatIsKilled() {
        outage("rabbitmq", "killed", Part::kill);
    }

    @Test
    void aCassandraThatIsKilled() {
        outage("cassandra", "killed", Part::kill);
    }

    @Test
    void aPostgreSqlThatIsStoppedAndStartedAgain() {
        outage("postgresql", "stopped", Part::stop);
    }

    private static boolean refuses(Load load) {
        return load.refusals().size() >= ENOUGH_REFUSALS;
    }

    private void outage(String service, String how, Consumer<Part> end) {
        Part part = cluster.part(service);
        List<String> starts = cluster.nodes().stream().map(Part::startedAt).toList();
        try (Load load = new Load(cluster, service + how, CLIENTS, cluster.nodes())) {
            HeldMails held = new HeldMails(service + how, HELD);
            cluster.host().behave(cluster.usual(held));
            held.submit(cluster.first());
            load.awaitMore(BEFORE);
            long mayRepeat = (long) cluster.connections() * IN_FLIGHT + (long) cluster.nodes().size() * SPOOL;
            long begins = System.nanoTime() - NOT_ACKNOWLEDGED.toNanos();
            end.accept(part);
            mayRepeat += cluster.nodes().stream().mapToLong(node -> load.takenFrom(node, NOT_ACKNOWLEDGED)).sum();
            Set<String> inDoubt;
            try {
                await("the nodes notice").atMost(PATIENCE).until(() -> refuses(load));
            } finally {
                inDoubt = held.triedSince(begins);
                // Not before the nodes know of the outage: what one sends until then it may send twice.
                held.letGo();
                part.start();
            }
            long back = System.nanoTime();
            load.awaitMore(AFTER);
            cluster.nodes().forEach(Part::awaitHealth);
            Duration again = Duration.ofNanos(System.nanoTime() - back);
            Findings findings = load.findAll(cluster.second());
            System.out.println(service + " " + how + ", " + load.account() + ", lost 0, repeated elsewhere "
                + findings.repeatedElsewhere() + " of at most " + mayRepeat + ", here " + findings.repeatedHere() + ", " + AFTER
                + " mails taken and both nodes well " + again.toSeconds() + " s after it was back");
            await("all that was put off").atMost(PATIENCE).until(() -> held.ids().stream().allMatch(id -> load.taken(id) > 0));
            // A mail that was being put off in these moments may be in the queue as it was and as it is, as after any outage.
            assertThat(held.ids())
                .allSatisfy(id -> assertThat(load.taken(id)).as(id).isBetween(1L, inDoubt.contains(id) ? 2L : 1L));
            assertThat(findings.repeatedElsewhere()).as("copies too many elsewhere").isLessThanOrEqualTo((int) mayRepeat);
            assertThat(findings.repeatedHere()).as("copies too many here")
                .isLessThanOrEqualTo(cluster.nodes().size() * (SPOOL + DELIVERIES));
            assertThat(load.refusals()).allMatch(answer -> answer.startsWith("4"));
            assertThat(cluster.nodes()).extracting(Part::startedAt).isEqualTo(starts);
        }
    }
}
