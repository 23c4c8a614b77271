// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;

import io.lettuce.core.SslOptions;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.peers.RedisPeer;
import org.postlane.schedule.DestinationLimits;
import org.postlane.schedule.Rate;
import org.postlane.schedule.Refusal;
import org.postlane.schedule.Scheduler;
import org.postlane.schedule.SchedulerLimits;
import org.postlane.schedule.Task;
import org.postlane.schedule.Turn;
import org.postlane.testing.VirtualTime;
import org.postlane.testing.docker.RequiresDocker;

/** Two schedulers that share a rate through a real Redis; their time is moved, and nobody waits for it. */
@RequiresDocker
class SharedRatesDockerTest {
    private static final String DESTINATION = "gmail.test";
    private static final int NODES = 2;
    private static final Duration STEP = Duration.ofMillis(50);

    @RegisterExtension
    static final RedisPeer REDIS = new RedisPeer();

    private final VirtualTime time = new VirtualTime();
    private final long began = time.now();
    private Rate rate;
    /** By so much the clock of Redis is wrong. */
    private volatile Duration ahead = Duration.ZERO;
    private Node first;
    private Node second;

    @AfterEach
    void close() {
        List.of(first, second).forEach(node -> node.shared.close());
    }

    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    private void share(String text) {
        rate = Rate.parse(text);
        first = new Node(REDIS.url(), SslOptions.create());
        second = new Node(REDIS.url(), SslOptions.create());
        await().until(() -> first.isShared() && second.isShared());
    }

    /** A node with more mail than it will ever get rid of, as long as it has any. */
    private final class Node {
        final SharedLimits shared;
        final Scheduler<Mail> scheduler;
        boolean hasMail = true;
        int sent;

        Node(String url, SslOptions tls) {
            shared = new SharedLimits(RedisAddress.parse(url), NODES, time::now,
                () -> Duration.ofSeconds(1_700_000_000).plus(ahead).toNanos() + time.now() - began, tls);
            scheduler = new Scheduler<>(new SchedulerLimits(100, 10), name -> new DestinationLimits(1, rate), Runnable::run, time,
                time::now, () -> 0, shared.paces("queue outgoing"));
        }

        boolean isShared() {
            return shared.problem().isEmpty();
        }

        void fill() {
            if (hasMail && scheduler.held() == 0) {
                scheduler.offer(DESTINATION, new Mail(this));
            }
        }
    }

    /** One mail, which is sent as soon as it has its turn, with another behind it. */
    private static final class Mail implements Task {
        private final Node node;

        Mail(Node node) {
            this.node = node;
        }

        @Override
        public String line() {
            return "sender";
        }

        @Override
        public int priority() {
            return LOWEST_PRIORITY;
        }

        @Override
        public void start(Turn turn) {
            node.sent++;
            turn.worked();
        }

        @Override
        public void refused(Refusal refusal) {
            throw new AssertionError(refusal);
        }
    }

    private int sentIn(Duration span) {
        int before = first.sent + second.sent;
        for (Duration passed = Duration.ZERO; passed.compareTo(span) < 0; passed = passed.plus(STEP)) {
            work();
            time.advance(STEP);
        }
        work();
        return first.sent + second.sent - before;
    }

    /** Until nobody waits for Redis, and nobody has a turn: what is left waits for its time. */
    private void work() {
        for (int before = -1; before != first.sent + second.sent; ) {
            before = first.sent + second.sent;
            first.fill();
            second.fill();
            soon().until(() -> first.shared.unanswered() == 0 && second.shared.unanswered() == 0);
        }
    }

    @Test
    void twoNodesTogetherSendWhatOneMaySendAndEachHalfOfIt() {
        share("50/min");
        assertThat(sentIn(Duration.ofMinutes(2))).isBetween(95, 100 + NODES);
        assertThat(first.sent).isBetween(45, 56);
        assertThat(second.sent).isBetween(45, 56);
    }

    @Test
    void aNodeWithoutMailLeavesAllToTheOther() {
        share("50/min");
        assertThat(sentIn(Duration.ofMinutes(1))).isBetween(45, 50 + NODES);
        second.hasMail = false;
        int before = second.sent;
        assertThat(sentIn(Duration.ofMinutes(1))).isBetween(47, 50 + NODES);
        assertThat(second.sent - before).isLessThanOrEqualTo(1);
    }

    @Test
    void aHighRateCostsOneQuestionForManyMails() {
        share("40/s");
        sentIn(Duration.ofSeconds(1));
        long asked = first.shared.requests() + second.shared.requests();
        int sent = sentIn(Duration.ofSeconds(10));
        // What a quarter of a second allows is taken in advance, by each.
        assertThat(sent).isBetween(380, 400 + NODES * 10);
        assertThat(first.shared.requests() + second.shared.requests() - asked).as("for %d mails", sent).isLessThan(sent / 4);
    }

    @Test
    void withoutRedisEachHasItsShareAndLaterTheyShareAgain() {
        share("60/min");
        assertThat(sentIn(Duration.ofMinutes(1))).isBetween(57, 60 + NODES);
        REDIS.kill();
        await().until(() -> !first.isShared() && !second.isShared());
        second.hasMail = false;
        // One more for each, as one was due when it began.
        assertThat(sentIn(Duration.ofMinutes(2))).as("half of the rate").isBetween(58, 60 + 2 * NODES);

        REDIS.run();
        await().until(() -> first.isShared() && second.isShared());
        assertThat(sentIn(Duration.ofMinutes(1))).as("all of it").isBetween(57, 60 + NODES);
    }

    @Test
    void aRedisThatHangsHoldsNobodyUp() {
        share("60/min");
        sentIn(Duration.ofSeconds(10));
        REDIS.halt();
        try {
            await().until(() -> !first.isShared() && !second.isShared());
            assertThat(sentIn(Duration.ofMinutes(1))).isBetween(57, 60 + 2 * NODES);
        } finally {
            REDIS.goOn();
        }
        await().until(() -> first.isShared() && second.isShared());
        assertThat(sentIn(Duration.ofMinutes(1))).isBetween(57, 60 + NODES);
    }

    @Test
    void whereRedisRefusesRatesAloneEachHasItsShare() {
        share("60/min");
        REDIS.keys("~postlane:node:* ~postlane:notices:*");
        // The first question of each is refused: a second later at the latest the share holds.
        assertThat(sentIn(Duration.ofMinutes(2))).isBetween(110, 120 + 2 * NODES);
        assertThat(first.isShared() && second.isShared()).as("it answers").isTrue();
        second.hasMail = false;
        sentIn(Duration.ofSeconds(10));
        assertThat(sentIn(Duration.ofMinutes(2))).as("half of the rate").isBetween(55, 60 + NODES);
    }

    @Test
    void aChangedRateIsSharedToo() {
        share("60/min");
        sentIn(Duration.ofSeconds(30));
        rate = Rate.parse("6/min");
        List.of(first, second).forEach(node -> node.scheduler.limit(name -> new DestinationLimits(1, rate)));
        assertThat(sentIn(Duration.ofMinutes(2))).isBetween(11, 12 + NODES);
    }

    @Test
    void aRateIsNotHeldUpWhereTheClockOfRedisWasAheadOnce() {
        share("60/min");
        ahead = Duration.ofDays(1);
        sentIn(Duration.ofMinutes(1));
        ahead = Duration.ZERO;
        sentIn(Duration.ofMinutes(3));
        assertThat(sentIn(Duration.ofMinutes(1))).isBetween(57, 60 + NODES);
    }

    @Test
    void nodesWithClocksThatDifferHaveOneTime() {
        share("60/min");
        long hour = Duration.ofHours(1).toNanos();
        SharedLimits fast = new SharedLimits(RedisAddress.parse(REDIS.url()), NODES, () -> System.nanoTime() + hour, null,
            SslOptions.create());
        SharedLimits slow = SharedLimits.through(RedisAddress.parse(REDIS.url()), NODES, System::nanoTime);
        try {
            await().until(() -> fast.problem().isEmpty() && slow.problem().isEmpty());
            long before = slow.time();
            assertThat(fast.time() - before).isBetween(-hour / 2, hour / 2);
            assertThat(Duration.ofNanos(before)).as("since 1970").isGreaterThan(Duration.ofDays(365 * 50));
        } finally {
            fast.close();
            slow.close();
        }
    }

    @Test
    void tlsWithALoginAndADatabaseIsShared() {
        rate = Rate.parse("60/min");
        SslOptions tls = SslOptions.builder().trustManager(REDIS.certificate().toFile()).build();
        String url = REDIS.secureUrl("james:s3cr%40t%2F1");
        first = new Node(url, tls);
        second = new Node(url, tls);
        await().until(() -> first.isShared() && second.isShared());
        assertThat(sentIn(Duration.ofMinutes(1))).isBetween(57, 60 + NODES);
    }

    @Test
    void aWrongPasswordAndACertificateThatNobodyKnowsLeaveEachWithItsShare() {
        rate = Rate.parse("60/min");
        SslOptions tls = SslOptions.builder().trustManager(REDIS.certificate().toFile()).build();
        first = new Node(REDIS.secureUrl("james:wrong"), tls);
        second = new Node(REDIS.secureUrl("james:s3cr%40t%2F1"), SslOptions.create());
        await().until(() -> first.shared.problem().orElseThrow().contains("WRONGPASS"));
        await().until(() -> second.shared.problem().orElseThrow().contains("certification path"));
        assertThat(first.shared.problem().orElseThrow()).doesNotContain("wrong@").doesNotContain(":wrong");
        assertThat(sentIn(Duration.ofMinutes(1))).isBetween(57, 60 + 2 * NODES);
    }
}
