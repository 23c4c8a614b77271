// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
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

    private static boolean refuses(Load load) {
        return load.refusals().size() >= ENOUGH_REFUSALS;
    }

    private void outage(String service, String how, Consumer<Part> end) {
        Part part = cluster.part(service);
        List<String> starts = cluster.nodes().stream().map(Part::startedAt).toList();
        try (Load load = new Load(cluster, service + how, CLIENTS, cluster.nodes())) {
            load.awaitMore(BEFORE);
            end.accept(part);
            try {
                await("the nodes notice").atMost(PATIENCE).until(() -> refuses(load));
            } finally {
                part.start();
            }
            long back = System.nanoTime();
            load.awaitMore(AFTER);
            cluster.nodes().forEach(Part::awaitHealth);
            Duration again = Duration.ofNanos(System.nanoTime() - back);
            Findings findings = load.findAll(cluster.second());
            System.out.println(service + " " + how + ", " + load.account() + ", lost 0, repeated elsewhere "
                + findings.repeatedElsewhere() + ", here " + findings.repeatedHere() + ", " + AFTER
                + " mails taken and both nodes well " + again.toSeconds() + " s after it was back");
            assertThat(load.refusals()).allMatch(answer -> answer.startsWith("4"));
            assertThat(cluster.nodes()).extracting(Part::startedAt).isEqualTo(starts);
        }
    }
}
