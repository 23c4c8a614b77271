// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.mailet.Mail;
import org.reactivestreams.Publisher;

/**
 * James' memory queues. What happens before a queue takes a mail can be set; delays are written down and jumped over, on
 * {@link #clock}.
 */
public final class TestQueues implements MailQueueFactory<MailQueue> {
    /** Something to do before the queue takes the mail; may throw or wait. */
    @FunctionalInterface
    public interface OnEnqueue {
        void accept(Mail mail) throws Exception;
    }

    public final JumpingClock clock = new JumpingClock();
    public final List<Duration> delays = Collections.synchronizedList(new ArrayList<>());
    /** Without it these are queues that ignore delays. */
    public volatile boolean jumps = true;
    private final AtomicInteger refusals = new AtomicInteger();
    private final MemoryMailQueueFactory memory = new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory());
    private final Map<String, OnEnqueue> onEnqueue = new ConcurrentHashMap<>();

    public void onEnqueue(String queue, OnEnqueue action) {
        onEnqueue.put(queue, action);
    }

    public void fail(String queue) {
        onEnqueue(queue, mail -> {
            throw new MailQueue.MailQueueException(queue + " is down");
        });
    }

    public void recover(String queue) {
        onEnqueue.remove(queue);
    }

    /** The next so many queues cannot be opened. */
    public void refuseToOpen(int queues) {
        refusals.set(queues);
    }

    public ManageableMailQueue memory(String queue) {
        return memory.createQueue(MailQueueName.of(queue));
    }

    @Override
    public Optional<MailQueue> getQueue(MailQueueName name, PrefetchCount count) {
        return memory.getQueue(name, count).map(Observed::new);
    }

    @Override
    public MailQueue createQueue(MailQueueName name, PrefetchCount count) {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("the broker is down");
        }
        return new Observed(memory.createQueue(name, count));
    }

    @Override
    public Set<MailQueueName> listCreatedMailQueues() {
        return memory.listCreatedMailQueues();
    }

    private final class Observed implements MailQueue {
        private final MailQueue queue;

        private Observed(MailQueue queue) {
            this.queue = queue;
        }

        @Override
        public MailQueueName getName() {
            return queue.getName();
        }

        @Override
        public void enQueue(Mail mail, Duration delay) throws MailQueueException {
            before(mail);
            delays.add(delay);
            if (jumps) {
                clock.jump(delay);
            }
            queue.enQueue(mail);
        }

        @Override
        public void enQueue(Mail mail) throws MailQueueException {
            before(mail);
            queue.enQueue(mail);
        }

        private void before(Mail mail) throws MailQueueException {
            try {
                onEnqueue.getOrDefault(queue.getName().asString(), any -> { }).accept(mail);
            } catch (MailQueueException e) {
                throw e;
            } catch (Exception e) {
                throw new MailQueueException("interrupted", e);
            }
        }

        @Override
        public Publisher<Void> enqueueReactive(Mail mail) {
            return queue.enqueueReactive(mail);
        }

        @Override
        public Publisher<MailQueueItem> deQueue() {
            return queue.deQueue();
        }

        @Override
        public void close() throws IOException {
            queue.close();
        }
    }
}
