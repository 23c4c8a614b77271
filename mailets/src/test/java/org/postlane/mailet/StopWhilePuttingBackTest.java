// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.QueueTimes;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** James stops while delayed mail is on its way into a queue beside one that ignores delays: a copy, and then the original. */
class StopWhilePuttingBackTest {
    private final MemoryMailQueueFactory memory =
        new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory(), Clock.systemUTC());
    private final CountDownLatch putting = new CountDownLatch(1);
    private final CountDownLatch mayPut = new CountDownLatch(1);
    /** What happened to the original and its channel, in order. */
    private final List<String> happened = new CopyOnWriteArrayList<>();
    private final Delivery delivery = new Delivery();

    @AfterEach
    void close() {
        mayPut.countDown();
        delivery.close();
    }

    /**
     * Its name says, as that of James' own does, that it ignores delays; like that one it can take nothing out when its reading
     * has ended.
     */
    private final class Likerabbitmq implements MailQueue {
        private final MailQueue queue;

        Likerabbitmq(MailQueue queue) {
            this.queue = queue;
        }

        private boolean isBeside() {
            return getName().asString().contains("-waiting-");
        }

        @Override
        public MailQueueName getName() {
            return queue.getName();
        }

        @Override
        public void enQueue(Mail mail, Duration delay) throws MailQueueException {
            enQueue(mail);
        }

        @Override
        public void enQueue(Mail mail) throws MailQueueException {
            if (isBeside()) {
                putting.countDown();
                try {
                    mayPut.await();
                } catch (InterruptedException e) {
                    throw new MailQueueException("interrupted", e);
                }
            }
            queue.enQueue(mail);
        }

        @Override
        public Publisher<Void> enqueueReactive(Mail mail) {
            return queue.enqueueReactive(mail);
        }

        @Override
        public Publisher<MailQueueItem> deQueue() {
            Flux<MailQueueItem> items = Flux.<MailQueueItem>from(queue.deQueue()).map(Item::new);
            return isBeside() ? items : items.doOnCancel(() -> happened.add("the reading ended"));
        }

        @Override
        public void close() throws IOException {
            queue.close();
        }
    }

    private final class Item implements MailQueue.MailQueueItem {
        private final MailQueue.MailQueueItem item;

        Item(MailQueue.MailQueueItem item) {
            this.item = item;
        }

        @Override
        public Mail getMail() {
            return item.getMail();
        }

        @Override
        public void done(CompletionStatus status) throws MailQueue.MailQueueException {
            happened.add(String.valueOf(status));
            item.done(status);
        }
    }

    private final class Factory implements MailQueueFactory<MailQueue> {
        @Override
        public Optional<MailQueue> getQueue(MailQueueName name, PrefetchCount count) {
            return memory.getQueue(name, count).map(Likerabbitmq::new);
        }

        @Override
        public MailQueue createQueue(MailQueueName name, PrefetchCount count) {
            return new Likerabbitmq(memory.createQueue(name, count));
        }

        @Override
        public Set<MailQueueName> listCreatedMailQueues() {
            return memory.listCreatedMailQueues();
        }
    }

    private void startWithDelayedMailInTheQueue() throws Exception {
        delivery.factory = new Factory();
        MailQueue outgoing = memory.createQueue(MailQueueName.of("outgoing"), MailQueueFactory.defaultPrefetchCount());
        MailImpl mail = Delivery.mail("m", "x@a.test");
        mail.setAttribute(new Attribute(QueueTimes.NEXT_ATTEMPT_AT,
            AttributeValue.of(Clock.systemUTC().millis() + Duration.ofHours(1).toMillis())));
        outgoing.enQueue(mail);
        mail.dispose();
        delivery.start();
    }

    @Test
    void theOriginalIsTakenOutBeforeTheReadingEndsAndItsChannelWithIt() throws Exception {
        startWithDelayedMailInTheQueue();
        assertThat(putting.await(20, TimeUnit.SECONDS)).isTrue();
        Thread closing = new Thread(delivery.engine::close);
        closing.start();
        eventually().until(() -> !closing.isAlive() || closing.getState() == Thread.State.TIMED_WAITING);
        mayPut.countDown();
        closing.join();
        eventually().until(() -> happened.size() == 2);
        assertThat(happened).containsExactly("SUCCESS", "the reading ended");
    }
}
