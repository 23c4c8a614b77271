// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.inject.Inject;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.mailet.Mail;
import reactor.core.publisher.Flux;

/**
 * James' memory queues, of which the outgoing one can be held: it then takes mail and gives none out. Only so is it full before
 * the clock starts, whichever mailet reads it. Open, an item costs one more step of a stream.
 */
final class HoldingQueues extends MemoryMailQueueFactory {
    static final MailQueueName OUTGOING = MailQueueName.of("outgoing");

    private final Map<MailQueueName, MemoryCacheableMailQueue> queues = new ConcurrentHashMap<>();
    private final MailQueueItemDecoratorFactory decorators;
    private final Clock clock;
    private final Gate gate;

    @Inject
    HoldingQueues(MailQueueItemDecoratorFactory decorators, Clock clock, Gate gate) {
        super(decorators, clock);
        this.decorators = decorators;
        this.clock = clock;
        this.gate = gate;
    }

    @Override
    public Set<MailQueueName> listCreatedMailQueues() {
        return Set.copyOf(queues.keySet());
    }

    @Override
    public Optional<MemoryCacheableMailQueue> getQueue(MailQueueName name, MailQueueFactory.PrefetchCount count) {
        Optional<MemoryCacheableMailQueue> queue = Optional.ofNullable(queues.get(name));
        queue.ifPresent(MemoryCacheableMailQueue::reference);
        return queue;
    }

    @Override
    public MemoryCacheableMailQueue createQueue(MailQueueName name, MailQueueFactory.PrefetchCount count) {
        MemoryCacheableMailQueue queue = queues.computeIfAbsent(name, this::make);
        queue.reference();
        return queue;
    }

    private MemoryCacheableMailQueue make(MailQueueName name) {
        if (!name.equals(OUTGOING)) {
            MemoryCacheableMailQueue other = new MemoryCacheableMailQueue(name, decorators, clock);
            if (name.equals(MailQueueFactory.SPOOL)) {
                gate.spoolIs(other);
            }
            return other;
        }
        MemoryCacheableMailQueue outgoing = new MemoryCacheableMailQueue(name, decorators, clock) {
            @Override
            public void enQueue(Mail mail, Duration delay) throws MailQueueException {
                super.enQueue(mail, delay);
                gate.came();
            }

            @Override
            public Flux<MailQueueItem> deQueue() {
                return gate.behind(super.deQueue());
            }
        };
        gate.countBy(outgoing::getSize);
        gate.emptyBy(outgoing::clear);
        return outgoing;
    }

    @Override
    public void clean() {
        queues.clear();
    }
}
