// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.core.healthcheck.Result;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.settings.InHandLimits;
import org.postlane.outbound.settlement.Settlement;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import org.postlane.webadmin.OutboundHealthCheck;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What cannot work for a while makes the health check unhealthy, and healthy again by itself. */
class CriticalQueueTest {
    private final CriticalStates states = new CriticalStates(Clock.systemUTC());
    private final OutboundHealthCheck health = new OutboundHealthCheck(states);
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);

    /** A queue without mail that fails when it is subscribed to, so many times. */
    private static final class AwayForAWhile implements MailQueue {
        private final AtomicInteger failures;

        AwayForAWhile(int failures) {
            this.failures = new AtomicInteger(failures);
        }

        @Override
        public Publisher<MailQueueItem> deQueue() {
            return failures.getAndDecrement() > 0 ? Flux.error(new IOException("no broker")) : Flux.never();
        }

        @Override
        public MailQueueName getName() {
            return MailQueueName.of("out");
        }

        @Override
        public void enQueue(Mail mail, Duration delay) {
            throw new IllegalStateException("nothing is put into it");
        }

        @Override
        public void enQueue(Mail mail) {
            throw new IllegalStateException("nothing is put into it");
        }

        @Override
        public Publisher<Void> enqueueReactive(Mail mail) {
            throw new IllegalStateException("nothing is put into it");
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private Result check() {
        return Mono.from(health.check()).block();
    }

    @Test
    void aQueueThatCanBeReadAgainIsHealthyAlsoWithoutMail() {
        QueueReader reader = new QueueReader(new AwayForAWhile(2), InHandLimits.DEFAULTS,
            states.watch("queue out cannot be read", Duration.ZERO), item -> { }, () -> false, threads);
        assertThat(check().isHealthy()).isTrue();
        reader.start(Schedulers.fromExecutorService(threads));
        await().until(() -> check().isUnHealthy());
        assertThat(check().getCause()).hasValueSatisfying(cause ->
            assertThat(cause).contains("queue out cannot be read since ").contains("no broker"));
        await().atMost(Duration.ofSeconds(60)).until(() -> check().isHealthy());
        reader.stop();
    }

    @Test
    void oneMailThatCannotBeSettledIsNoCriticalStateWhileOthersAre() {
        List<String> done = new ArrayList<>();
        CriticalStates.Condition settled = states.watch("the mail of queue out cannot be settled", Duration.ZERO);
        StepRunner runner = new StepRunner(Runnable::run, threads, () -> false, settled, new Unsettled());
        assertThat(runner.run("bad", () -> false, List.of(new Settlement.Step("putting it back", () -> {
            throw new IOException("no broker");
        })))).isNotDone();
        assertThat(check().isUnHealthy()).isTrue();
        assertThat(runner.run("good", () -> false, List.of(new Settlement.Step("putting it back", () -> done.add("good")))))
            .succeedsWithin(1, TimeUnit.MINUTES);
        assertThat(check().isHealthy()).isTrue();
    }

    @Test
    void whatKnowsByItselfWhetherItWorksIsAskedAtEachLook() {
        List<String> problem = new ArrayList<>(List.of("disk full"));
        states.ask("the journal cannot be written", () -> problem.stream().findFirst());
        assertThat(check().getCause()).hasValueSatisfying(cause -> assertThat(cause).endsWith(": disk full"));
        problem.clear();
        assertThat(check().isHealthy()).isTrue();
    }
}
