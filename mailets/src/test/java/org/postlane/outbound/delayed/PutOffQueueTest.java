// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.queues.rabbitmq.QueuesWithoutDelays;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/** Mail that is put off on a queue without delays. */
class PutOffQueueTest {
    private static final MailQueueName LANE = MailQueueName.of("lane");

    private final QueuesWithoutDelays queues = new QueuesWithoutDelays();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, Instant> due = new ConcurrentHashMap<>();
    private final MailQueue queue = PutOffQueue.around(queues.createQueue(LANE, MailQueueFactory.defaultPrefetchCount()),
        queues, this::early, timers);
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final Disposable.Swap reading = Disposables.swap();

    @AfterEach
    void stop() {
        reading.dispose();
        timers.shutdownNow();
    }

    private Duration early(Mail mail) {
        Duration early = Duration.between(Instant.now(), due.getOrDefault(mail.getName(), Instant.MIN));
        return early.isNegative() ? Duration.ZERO : early;
    }

    private void putOff(String name, Duration delay) throws Exception {
        due.put(name, Instant.now().plus(delay));
        queue.enQueue(MailImpl.builder().name(name).sender("s@home.test").addRecipient("x@a.test").build(), delay);
    }

    private long waiting(String which) {
        return queues.memory("lane-waiting-" + which).getSize();
    }

    @Test
    void whatIsPutOffWaitsInAQueueForItsMagnitudeAndComesWhenItIsDue() throws Exception {
        putOff("10s", Duration.ofSeconds(10));
        putOff("80s", Duration.ofSeconds(80));
        putOff("300s", Duration.ofMinutes(5));
        putOff("a day", Duration.ofDays(1));
        putOff("soon", Duration.ofSeconds(1));
        putOff("now", Duration.ZERO);
        assertThat(List.of(waiting("30s"), waiting("2m"), waiting("6m"), queues.memory("lane").getSize()))
            .containsExactly(2L, 1L, 2L, 1L);

        reading.update(Flux.from(queue.deQueue()).map(MailQueueItem::getMail).subscribe(mail -> taken.add(mail.getName())));

        await().until(() -> taken.size() == 2);
        assertThat(taken).containsExactly("now", "soon");
        assertThat(due.get("soon")).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void aQueueThatKnowsDelaysIsLeftAlone() throws Exception {
        MailQueue other = queues.memory("lane");
        assertThat(PutOffQueue.around(other, queues, this::early, timers)).isSameAs(other);
        assertThat(PutOffQueue.parts(other)).containsExactly(other);
        assertThat(PutOffQueue.parts(queue)).extracting(part -> part.getName().asString())
            .containsExactly("lane", "lane-waiting-30s", "lane-waiting-2m", "lane-waiting-6m");
    }
}
