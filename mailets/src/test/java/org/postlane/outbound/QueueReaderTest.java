// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.settings.InHandLimits;
import reactor.core.scheduler.Schedulers;

/** How fast mail is taken out of James' memory queue. */
class QueueReaderTest {
    /** What the reader asks for at once. */
    private static final int BATCH = 32;
    private static final int MAILS = 10 * BATCH;

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    private final MailQueue queue = new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory(), Clock.systemUTC())
        .createQueue(MailQueueName.of("out"), MailQueueFactory.defaultPrefetchCount());
    private final List<MailQueue.MailQueueItem> taken = new CopyOnWriteArrayList<>();
    private final AtomicBoolean crowded = new AtomicBoolean();
    private final QueueReader reader = new QueueReader(queue, InHandLimits.DEFAULTS,
        new CriticalStates(Clock.systemUTC()).watch("queue out cannot be read", Duration.ZERO),
        taken::add, crowded::get, threads);

    @BeforeEach
    void fill() throws Exception {
        for (int i = 0; i < MAILS; i++) {
            queue.enQueue(MailImpl.builder().name("m" + i).sender("a@home.test").addRecipient("b@there.test").build());
        }
    }

    @AfterEach
    void stop() throws Exception {
        reader.stop();
        threads.shutdownNow();
        queue.close();
    }

    @Test
    void noMoreThanOneBatchIsTakenBeforeItIsSorted() {
        reader.start(Schedulers.fromExecutorService(threads));
        await().until(() -> taken.size() == BATCH);
        for (int i = 1; i <= BATCH; i++) {
            int sorted = i;
            reader.sorted();
            await().until(() -> taken.size() == BATCH + sorted);
        }
        assertThat(reader.mails()).isEqualTo(2 * BATCH);
    }

    @Test
    void whileADestinationIsCrowdedMailIsTakenSlowlyAndNeverNotAtAll() {
        reader.start(Schedulers.fromExecutorService(threads));
        await().until(() -> taken.size() == BATCH);
        crowded.set(true);
        for (int i = 0; i < BATCH; i++) {
            reader.sorted();
        }
        // Only time lets it go on; nothing else happens any more.
        await().until(() -> taken.size() == 2 * BATCH);
    }
}
