// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.james.core.MailAddress;
import org.apache.james.metrics.api.Gauge;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.Verdict;
import org.postlane.pool.DiscardReason;
import org.postlane.smtp.Fault;
import org.postlane.smtp.PhaseListener;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.Results;

class OutboundMetricsTest {
    private final Map<String, Gauge<?>> gauges = new ConcurrentHashMap<>();
    private final GaugeRegistry registry = new GaugeRegistry() {
        @Override
        public <T> GaugeRegistry register(String name, Gauge<T> gauge) {
            gauges.put(name, gauge);
            return this;
        }

        @Override
        public <T> SettableGauge<T> settableGauge(String name) {
            throw new AssertionError("nobody asks for one");
        }
    };
    private final RecordingMetricFactory counters = new RecordingMetricFactory();

    private static Verdict deferred(Fault fault) throws Exception {
        return new Verdict(new MailAddress("a@b.test"), RecipientResult.deferred(fault, "4.4.1 no answer"), "-");
    }

    @Test
    void outcomesAreCountedByKindAndByFault() throws Exception {
        OutboundMetrics metrics = new OutboundMetrics(counters, registry);
        metrics.outcome(deferred(Fault.HOST), Duration.ofSeconds(1));
        metrics.outcome(deferred(Fault.POLICY), Duration.ofSeconds(1));
        metrics.attempt();
        metrics.handedBack();
        assertThat(counters.countFor("postlane.outbound.deferred")).isEqualTo(2);
        assertThat(counters.countFor("postlane.outbound.fault.host")).isEqualTo(1);
        assertThat(counters.countFor("postlane.outbound.fault.policy")).isEqualTo(1);
        assertThat(counters.countFor("postlane.outbound.attempts")).isEqualTo(1);
        assertThat(counters.countFor("postlane.outbound.handedBack")).isEqualTo(1);
    }

    @Test
    void whatDoesNotWorkIsCountedByWhetherMailCanMove() {
        CriticalStates states = new CriticalStates(Clock.systemUTC());
        new OutboundMetrics(counters, registry).watchHealth(states);
        CriticalStates.Condition reading = states.watch("queue outgoing cannot be read", Duration.ZERO);
        states.askAboutPart("a mail cannot be settled", () -> Optional.of("the repository is gone"));
        assertThat(gauges.get("postlane.health.critical").get()).isEqualTo(0L);
        assertThat(gauges.get("postlane.health.degraded").get()).isEqualTo(1L);

        reading.failed(new IllegalStateException("gone"));
        assertThat(gauges.get("postlane.health.critical").get()).isEqualTo(1L);
        reading.works();
        assertThat(gauges.get("postlane.health.critical").get()).isEqualTo(0L);
    }

    @Test
    void aPhaseIsATimer() {
        OutboundMetrics metrics = new OutboundMetrics(counters, registry);
        metrics.start(OutboundMetrics.Stage.CONNECTION).end();
        metrics.begin(PhaseListener.Phase.FINAL_REPLY).end();
        assertThat(counters.executionTimesFor("postlane.phase.connection")).hasSize(1);
        assertThat(counters.executionTimesFor("postlane.phase.finalReply")).hasSize(1);
    }

    @Test
    void everyTimeInTheQueueIsCountedOnceInTheShortestClassThatHoldsIt() throws Exception {
        OutboundMetrics metrics = new OutboundMetrics(counters, registry);
        Verdict delivered = new Verdict(new MailAddress("a@b.test"), Results.delivered(), "-");
        for (long millis : new long[] {0, 1_000, 1_001, 10_000, 3_600_000, 86_400_001, 432_000_000}) {
            metrics.outcome(delivered, Duration.ofMillis(millis));
        }
        metrics.outcome(deferred(Fault.HOST), Duration.ofSeconds(1));
        Map<String, Integer> expected = Map.of("upTo1s", 2, "upTo10s", 2, "upTo1min", 0, "upTo10min", 0, "upTo1h", 1, "upTo4h", 0,
            "upTo1d", 0, "longer", 2);
        expected.forEach((name, count) ->
            assertThat(counters.countFor("postlane.timeInQueue." + name)).as(name).isEqualTo(count));
    }

    @Test
    void metricsThatFailCostNothing() throws Exception {
        OutboundMetrics metrics = new OutboundMetrics(new RecordingMetricFactory() {
            @Override
            public Metric generate(String name) {
                return (Metric) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Metric.class},
                    (proxy, method, arguments) -> {
                        throw new IllegalStateException("no more");
                    });
            }

            @Override
            public TimeMetric timer(String name) {
                throw new IllegalStateException("no more");
            }
        }, new NoopGaugeRegistry() {
            @Override
            public <T> GaugeRegistry register(String name, Gauge<T> gauge) {
                throw new IllegalArgumentException("taken");
            }
        });
        Verdict verdict = deferred(Fault.HOST);
        assertThatCode(() -> {
            metrics.outcome(verdict, Duration.ZERO);
            metrics.attempt();
            metrics.start(OutboundMetrics.Stage.WAITING).end();
        }).doesNotThrowAnyException();
    }

    @Test
    void aQueueShowsWhatIsInHand() {
        new OutboundMetrics(counters, registry).watchQueue(MailQueueName.of("out"), new QueueInHand() {
            @Override
            public int mails() {
                return 3;
            }

            @Override
            public long octets() {
                return 4_000;
            }

            @Override
            public Optional<Duration> oldest() {
                return Optional.of(Duration.ofSeconds(90));
            }
        }, () -> 7L, () -> Optional.of(Duration.ofHours(2)));
        assertThat(gauges.get("postlane.queue.out.depth").get()).isEqualTo(7L);
        assertThat(gauges.get("postlane.queue.out.inHand").get()).isEqualTo(3);
        assertThat(gauges.get("postlane.queue.out.octetsInHand").get()).isEqualTo(4_000L);
        assertThat(gauges.get("postlane.queue.out.oldestSeconds").get()).isEqualTo(7_200L);
        assertThat(gauges.get("postlane.queue.out.oldestInHandSeconds").get()).isEqualTo(90L);
    }

    @Test
    void theTimesOfTheLastMailsAreKept() {
        RecentTimes times = new RecentTimes();
        assertThat(times.seconds(0.5)).isZero();
        for (int i = 1; i <= 100; i++) {
            times.add(Duration.ofSeconds(i));
        }
        assertThat(times.seconds(0.50)).isEqualTo(50);
        assertThat(times.seconds(0.99)).isEqualTo(99);
        for (int i = 0; i < RecentTimes.KEPT; i++) {
            times.add(Duration.ofMillis(1_500));
        }
        assertThat(times.seconds(0.99)).isEqualTo(1.5);
    }

    /** A memory queue that counts how often it is counted. */
    private static final class Counted extends MemoryMailQueueFactory.MemoryCacheableMailQueue {
        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean broken;

        Counted() {
            super(MailQueueName.of("out"), new RawMailQueueItemDecoratorFactory(), Clock.systemUTC());
        }

        @Override
        public long getSize() {
            if (broken) {
                throw new IllegalStateException("no broker");
            }
            return 40L + asked.incrementAndGet();
        }
    }

    @Test
    void aQueueIsCountedInTheBackgroundAndNotAtEachLook() throws MailQueueException {
        AtomicLong now = new AtomicLong();
        Counted queue = new Counted();
        AtomicInteger submitted = new AtomicInteger();
        Executor counters = task -> {
            submitted.incrementAndGet();
            task.run();
        };
        QueueDepth depth = new QueueDepth(List.of(queue), counters, now::get);
        assertThat(depth.get()).isEqualTo(41);
        for (int i = 0; i < 100; i++) {
            assertThat(depth.get()).isEqualTo(41);
        }
        now.addAndGet(QueueDepth.PAUSE.toNanos());
        assertThat(depth.get()).isEqualTo(42);
        assertThat(submitted).hasValue(2);
        queue.broken = true;
        now.addAndGet(QueueDepth.PAUSE.toNanos());
        assertThat(depth.get()).isEqualTo(QueueDepth.UNKNOWN);
        queue.close();
    }

    @Test
    void aConsumerThatHasStoppedNoLongerCounts() {
        Counted queue = new Counted();
        QueueDepth depth = new QueueDepth(List.of(queue), task -> {
            throw new RejectedExecutionException("stopped");
        }, System::nanoTime);
        assertThat(depth.get()).isEqualTo(QueueDepth.UNKNOWN);
        assertThat(depth.get()).isEqualTo(QueueDepth.UNKNOWN);
        queue.close();
    }

    @Test
    void namesOfConstantsAreWrittenAsMetricsAre() {
        assertThat(OutboundMetrics.camel(DiscardReason.MADE_ROOM)).isEqualTo("madeRoom");
    }
}
