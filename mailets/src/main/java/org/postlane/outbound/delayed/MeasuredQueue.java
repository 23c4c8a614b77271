// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.io.IOException;
import java.time.Duration;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A queue of which is known how old the mail is that waits in it. Safe for use by several threads. */
final class MeasuredQueue implements MailQueue {
    private final MailQueue queue;
    private final WaitingAges ages;

    MeasuredQueue(MailQueue queue, WaitingAges ages) {
        this.queue = queue;
        this.ages = ages;
    }

    @Override
    public MailQueueName getName() {
        return queue.getName();
    }

    @Override
    public void enQueue(Mail mail, Duration delay) throws MailQueueException {
        // Before: it may come out before this method ends.
        ages.wentIn(mail);
        try {
            queue.enQueue(mail, delay);
        } catch (MailQueueException | RuntimeException e) {
            ages.cameOut(mail);
            throw e;
        }
    }

    @Override
    public void enQueue(Mail mail) throws MailQueueException {
        queue.enQueue(mail);
    }

    @Override
    public Publisher<Void> enqueueReactive(Mail mail) {
        return queue.enqueueReactive(mail);
    }

    @Override
    public Publisher<MailQueueItem> deQueue() {
        return Flux.<MailQueueItem>from(queue.deQueue()).doOnNext(item -> ages.cameOut(item.getMail()));
    }

    @Override
    public void close() throws IOException {
        queue.close();
    }
}
