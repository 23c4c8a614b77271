// SPDX-License-Identifier: Apache-2.0
package org.postlane.queues;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;

/** James' own memory queues, each behind a queue of the test's. */
public abstract class PassingQueues implements MailQueueFactory<MailQueue> {
    private final MemoryMailQueueFactory memory;

    protected PassingQueues(Clock clock) {
        this.memory = new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory(), clock);
    }

    /** What the engine sees of a queue. */
    protected abstract MailQueue inFrontOf(MailQueue queue);

    /** A queue as it is. */
    public MemoryMailQueueFactory.MemoryCacheableMailQueue memory(String name) {
        return memory.createQueue(MailQueueName.of(name), MailQueueFactory.defaultPrefetchCount());
    }

    @Override
    public Optional<MailQueue> getQueue(MailQueueName name, PrefetchCount count) {
        return memory.getQueue(name, count).map(this::inFrontOf);
    }

    @Override
    public MailQueue createQueue(MailQueueName name, PrefetchCount count) {
        return inFrontOf(memory.createQueue(name, count));
    }

    @Override
    public Set<MailQueueName> listCreatedMailQueues() {
        return memory.listCreatedMailQueues();
    }
}
