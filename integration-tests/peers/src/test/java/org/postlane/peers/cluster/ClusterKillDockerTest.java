// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.postlane.testing.feed.Findings;

/**
 * SIGKILL of a node with mail in hand: the other one goes on with it. {@code -Dpostlane.cluster.kills=10} kills more often than
 * the two times of a usual run, {@code -Dpostlane.cluster.kills.seed=N} at the moments of a run of before, as far as threads
 * allow.
 */
@WithCluster
class ClusterKillDockerTest {
    private static final int KILLS = Integer.getInteger("postlane.cluster.kills", 2);
    private static final long SEED = Long.getLong("postlane.cluster.kills.seed", System.nanoTime());
    private static final int CLIENTS = 4;
    /** A kill comes within so many accepted mails. */
    private static final int MAILS_TO_A_KILL = 60;
    private static final int MAILS_AFTER_A_KILL = 20;
    /** Mails that may be on their way over a connection: the default of mailsInFlightPerConnection. */
    private static final int IN_FLIGHT = 5;
    /** What was taken from a node so shortly before its end may not be acknowledged. */
    private static final Duration NOT_ACKNOWLEDGED = Duration.ofSeconds(2);
    /** Threads of the spool in conf/, each with one mail; and local deliveries at a time. */
    private static final int AT_ONCE_HERE = 20 + 32;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** The clock of a mail's time counts milliseconds. */
    private static final Duration TICK = Duration.ofMillis(2);
    /** More than it takes. */
    private static final Duration A_KILL_TAKES = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final Random random = new Random(SEED);

    ClusterKillDockerTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void whatWasAnswered250SurvivesTheKillOfTheNodeThatHasItInHand() {
        long mayRepeatElsewhere = 0;
        try (Load load = new Load(cluster, "kills", CLIENTS, cluster.nodes())) {
            for (int kill = 0; kill < KILLS; kill++) {
                Node victim = cluster.nodes().get(kill % 2);
                load.awaitMore(1 + random.nextInt(MAILS_TO_A_KILL));
                mayRepeatElsewhere += (long) cluster.connections() * IN_FLIGHT;
                victim.kill();
                mayRepeatElsewhere += load.takenFrom(victim, NOT_ACKNOWLEDGED);
                // By the other one.
                load.awaitMore(MAILS_AFTER_A_KILL);
                victim.start();
            }
            load.awaitMore(MAILS_AFTER_A_KILL);
            Findings findings = load.findAll(cluster.second());
            System.out.println(KILLS + " kills, seed " + SEED + ", " + load.account() + ", lost 0, repeated elsewhere "
                + findings.repeatedElsewhere() + " of at most " + mayRepeatElsewhere + ", here " + findings.repeatedHere()
                + " of at most " + KILLS * AT_ONCE_HERE);
            assertThat(load.refusals()).allMatch(answer -> answer.startsWith("4"));
            assertThat(findings.repeatedElsewhere()).as("copies too many elsewhere")
                .isLessThanOrEqualTo((int) mayRepeatElsewhere);
            assertThat(findings.repeatedHere()).as("copies too many here").isLessThanOrEqualTo(KILLS * AT_ONCE_HERE);
        }
    }

    @Test
    void aNodeThatIsStoppedEndsWhatItHasInHandBeforeOthersGetIt() {
        Node leaving = cluster.first();
        try (Load load = new Load(cluster, "stop", CLIENTS, cluster.nodes())) {
            load.awaitMore(MAILS_TO_A_KILL);
            long begun = System.nanoTime();
            leaving.stop();
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            load.awaitMore(MAILS_AFTER_A_KILL);
            leaving.start();
            Findings findings = load.findAll(cluster.second());
            System.out.println("a node stopped in " + took.toMillis() + " ms, " + load.account() + ", lost 0, repeated elsewhere "
                + findings.repeatedElsewhere() + ", here " + findings.repeatedHere());
            assertThat(load.refusals()).allMatch(answer -> answer.startsWith("4"));
            assertThat(findings.repeatedElsewhere()).as("copies too many elsewhere").isZero();
            assertThat(findings.repeatedHere()).as("copies too many here").isZero();
        }
    }

    /** RabbitMQ gives back at once what the node held, and knows nothing of delays. */
    @Test
    void mailThatWasPutOffIsTriedWhenItIsDueAndNotBeforeAlthoughTheNodeThatHeldItDies() {
        int mails = 30;
        HeldMails held = new HeldMails("kill", mails);
        cluster.host().behave(cluster.usual(held));
        held.submit(cluster.first());
        await("all wait, and the queue knows of most").atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            Map<String, Integer> in = cluster.broker().mails();
            return in.get("outgoing") == 0 && in.get("outgoing-waiting-30s") == mails
                && held.triedSince(System.nanoTime() - A_KILL_TAKES.toNanos()).size() < mails / 2;
        });

        long begins = System.nanoTime() - NOT_ACKNOWLEDGED.toNanos();
        cluster.first().kill();
        Set<String> inDoubt = held.triedSince(begins);
        long letGo = held.letGo();
        try {
            await("all are tried again").atMost(PATIENCE).until(() -> held.triedSince(letGo).size() == mails);
        } finally {
            cluster.first().start();
        }

        assertThat(held.tries()).hasSize(mails).allSatisfy((id, at) -> assertThat(at).filteredOn(time -> time - letGo > 0)
            .as("tries after the kill").hasSizeBetween(1, inDoubt.contains(id) ? 2 : 1));
        Map<String, List<Long>> told = new HashMap<>(held.tries());
        told.keySet().removeAll(inDoubt);
        assertThat(told).isNotEmpty().allSatisfy((id, at) -> assertThat(gaps(at))
            .allSatisfy(gap -> assertThat(gap.plus(TICK)).isGreaterThanOrEqualTo(Cluster.DELAY)));
        Duration latest = told.values().stream().map(at -> gaps(at).get(gaps(at).size() - 1)).max(Duration::compareTo)
            .orElseThrow();
        System.out.println("the node that held deferred mail was killed: " + mails + " of " + mails + " tried again, "
            + inDoubt.size() + " of them not known to the queue as put off; of the others the last "
            + latest.minus(Cluster.DELAY).toMillis() + " ms behind its time");
    }

    /** The times between tries. */
    private static List<Duration> gaps(List<Long> tries) {
        return IntStream.range(1, tries.size()).mapToObj(i -> Duration.ofNanos(tries.get(i) - tries.get(i - 1))).toList();
    }
}
