// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import org.apache.james.core.Domain;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.pool.PoolLimits;
import org.postlane.route.Route;
import org.postlane.route.RouteSource;
import org.postlane.route.RouteTable;
import org.postlane.schedule.DestinationStatus;
import org.postlane.schedule.Scheduler;
import org.postlane.schedule.SchedulerLimits;

/** A turn that waits for DNS is one that gets nowhere, and others may want it. */
class SlowDnsTest {
    private static final String DOMAIN = "slow.test";

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(1);
    private final CompletableFuture<Route> dns = new CompletableFuture<>();
    private final RouteSource source = new RouteSource() {
        @Override
        public String destination(Domain recipient) {
            return recipient.asString();
        }

        @Override
        public CompletableFuture<Route> resolve(Domain recipient) {
            return dns;
        }
    };
    private final Scheduler<DestinationAttempt> scheduler = new Scheduler<>(new SchedulerLimits(100, 10),
        LiveSettings.DEFAULTS::limitsOf, Runnable::run, threads, System::nanoTime, () -> 0.5);
    private final OutboundMetrics metrics = new OutboundMetrics(new RecordingMetricFactory(), new NoopGaugeRegistry());
    private final AttemptContext context = new AttemptContext(
        new Connections(metrics, () -> PoolLimits.builder().build(), System::nanoTime), metrics,
        new OutboundSettings.Builder().build(), scheduler, () -> CompletableFuture.completedFuture(null),
        () -> LiveSettings.DEFAULTS);
    private final List<Verdict> heard = new CopyOnWriteArrayList<>();
    private MailImpl mail;
    private DestinationAttempt attempt;

    @BeforeEach
    void offer() throws Exception {
        mail = MailImpl.builder().name("mail").sender("a@home.test").addRecipients("x@" + DOMAIN, "y@" + DOMAIN).build();
        attempt = new MailDestinations(RouteTable.always(source), domain -> false, () -> context)
            .attempts(mail, mail.getRecipients(), new DestinationAttempt.Owner() {
                @Override
                public void ended(DestinationAttempt ended, List<Verdict> verdicts) {
                    heard.addAll(verdicts);
                }

                @Override
                public void abandoned(DestinationAttempt abandoned) {
                    throw new AssertionError("James is not stopping");
                }

                @Override
                public boolean isLost() {
                    return false;
                }
            }, threads).get(0);
        attempt.offer();
    }

    @AfterEach
    void stop() {
        mail.dispose();
        threads.shutdownNow();
    }

    @Test
    void aTurnThatWaitsForDnsGivesWayAndTheMailLosesNoAttempt() {
        assertThat(attempt.nanosStalled()).isNotNegative();
        attempt.giveWay(Duration.ZERO);
        assertThat(heard).hasSize(2).noneMatch(Verdict::wasTried);
        assertThat(heard.get(0).explanation()).contains("4.4.3").contains("DNS");
        assertThat(scheduler.turns()).isZero();
        // As who gives way on a connection: it leaves the newcomers' share of the turns to newcomers.
        assertThat(scheduler.destination(DOMAIN)).map(DestinationStatus::state).contains(DestinationStatus.State.PENALISED);
    }

    @Test
    void whoHasNotWaitedForSoLongWaitsOn() {
        attempt.giveWay(Duration.ofHours(1));
        assertThat(heard).isEmpty();
        assertThat(scheduler.turns()).isEqualTo(1);
    }

    @Test
    void anAnswerThatComesAfterThatEndsNothingASecondTimeAndNobodyElsesSearchIsEnded() {
        attempt.giveWay(Duration.ZERO);
        assertThat(dns).isNotDone();
        dns.completeExceptionally(new IllegalStateException("too late"));
        attempt.giveWay(Duration.ZERO);
        assertThat(heard).hasSize(2);
        assertThat(attempt.nanosStalled()).isNegative();
    }
}
