// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailQueue;
import org.apache.mailet.Mail;
import org.postlane.queues.PassingQueue;
import org.postlane.queues.PassingQueues;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** James' own memory queues, watched: what was put in with which delay, what was taken out, and failures on demand. */
final class WatchedQueues extends PassingQueues {
    /** One mail that was put into a queue. */
    record Put(String name, Set<String> recipients, Duration delay, Map<String, Object> attributes, String state) {
    }

    /** How long a delay really lasts; tests of long schedules shorten it. */
    volatile UnaryOperator<Duration> realDelay = delay -> delay;
    final List<Put> puts = new CopyOnWriteArrayList<>();
    /** Whether what is put in is noted; not by the ten thousand. */
    volatile boolean notesPuts = true;
    final AtomicInteger done = new AtomicInteger();
    /** Mails given back by {@code RETRY}. */
    final AtomicInteger retried = new AtomicInteger();
    /** Whether the queue refuses a mail of this name with this delay. */
    volatile BiPredicate<String, Duration> refuses = (name, delay) -> false;
    /** What becomes of a mail on its way out of the queue. */
    volatile UnaryOperator<Mail> handsOut = mail -> mail;
    final AtomicInteger putsToFail = new AtomicInteger();
    final AtomicInteger readsToFail = new AtomicInteger();

    WatchedQueues(Clock clock) {
        super(clock);
    }

    /** Everything that the engine itself put back; what the mailet put in has no delay and comes first for each mail. */
    List<Put> putBack() {
        return puts.stream().filter(put -> !put.delay().isZero()).toList();
    }

    long sizeOf(String name) {
        return memory(name).getSize();
    }

    @Override
    protected MailQueue inFrontOf(MailQueue queue) {
        return new Watched(queue);
    }

    private final class Watched extends PassingQueue {
        Watched(MailQueue queue) {
            super(queue);
        }

        @Override
        protected MailQueueItem out(MailQueueItem item) {
            return new WatchedItem(item);
        }

        @Override
        public void enQueue(Mail mail, Duration delay) throws MailQueueException {
            if (refuses.test(mail.getName(), delay)) {
                throw new MailQueueException("The queue does not take " + mail.getName());
            }
            if (putsToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new MailQueueException("The queue is away");
            }
            if (notesPuts) {
                puts.add(new Put(mail.getName(),
                    mail.getRecipients().stream().map(MailAddress::asString).collect(Collectors.toSet()),
                    delay, mail.attributes().collect(Collectors.toMap(attribute -> attribute.getName().asString(),
                        attribute -> attribute.getValue().value())), mail.getState()));
            }
            super.enQueue(mail, delay.isZero() ? delay : realDelay.apply(delay));
        }

        @Override
        public void enQueue(Mail mail) throws MailQueueException {
            enQueue(mail, Duration.ZERO);
        }

        @Override
        public Publisher<MailQueueItem> deQueue() {
            if (readsToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return Flux.error(new MailQueueException("The queue cannot be read"));
            }
            return super.deQueue();
        }
    }

    private final class WatchedItem extends PassingQueue.Item {
        private final Mail mail;

        WatchedItem(MailQueue.MailQueueItem item) {
            super(item);
            this.mail = handsOut.apply(item.getMail());
        }

        @Override
        public Mail getMail() {
            return mail;
        }

        @Override
        public void done(CompletionStatus success) throws MailQueue.MailQueueException {
            super.done(success);
            if (success == CompletionStatus.RETRY) {
                retried.incrementAndGet();
                return;
            }
            done.incrementAndGet();
        }
    }
}
