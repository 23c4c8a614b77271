// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.queues.PassingQueue;
import org.postlane.queues.PassingQueues;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** James stops while delayed mail is on its way into a queue beside one that ignores delays: a copy, and then the original. */
class StopWhilePuttingBackTest {
    private final PassingQueues queues = new PassingQueues(Clock.systemUTC()) {
        @Override
        protected MailQueue inFrontOf(MailQueue queue) {
            return new Likerabbitmq(queue);
        }
    };
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
    private final class Likerabbitmq extends PassingQueue {
        Likerabbitmq(MailQueue queue) {
            super(queue);
        }

        private boolean isBeside() {
            return getName().asString().contains("-waiting-");
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
            super.enQueue(mail);
        }

        @Override
        public Publisher<MailQueueItem> deQueue() {
            return isBeside() ? super.deQueue() : Flux.from(super.deQueue()).doOnCancel(() -> happened.add("the reading ended"));
        }

        @Override
        protected MailQueueItem out(MailQueueItem item) {
            return new Item(item) {
                @Override
                public void done(CompletionStatus status) throws MailQueueException {
                    happened.add(String.valueOf(status));
                    super.done(status);
                }
            };
        }
    }

    private void startWithDelayedMailInTheQueue() throws Exception {
        delivery.factory = queues;
        MailQueue outgoing = queues.memory("outgoing");
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
        assertThat(putting.await(60, TimeUnit.SECONDS)).isTrue();
        Thread closing = new Thread(delivery.engine::close);
        closing.start();
        eventually().until(() -> !closing.isAlive() || closing.getState() == Thread.State.TIMED_WAITING);
        mayPut.countDown();
        closing.join();
        eventually().until(() -> happened.size() == 2);
        assertThat(happened).containsExactly("SUCCESS", "the reading ended");
    }
}
