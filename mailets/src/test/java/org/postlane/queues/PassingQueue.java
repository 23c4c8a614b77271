// SPDX-License-Identifier: Apache-2.0
package org.postlane.queues;

import java.io.IOException;
import java.time.Duration;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A queue in front of another, to be watched or to fail: what is not overridden goes through. */
public abstract class PassingQueue implements MailQueue {
    private final MailQueue queue;

    protected PassingQueue(MailQueue queue) {
        this.queue = queue;
    }

    /** What a mail that comes out is seen as. */
    protected MailQueueItem out(MailQueueItem item) {
        return item;
    }

    @Override
    public MailQueueName getName() {
        return queue.getName();
    }

    @Override
    public void enQueue(Mail mail, Duration delay) throws MailQueueException {
        queue.enQueue(mail, delay);
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
        return Flux.from(queue.deQueue()).map(this::out);
    }

    @Override
    public void close() throws IOException {
        queue.close();
    }

    /** An item in front of another. */
    public static class Item implements MailQueueItem {
        private final MailQueueItem item;

        protected Item(MailQueueItem item) {
            this.item = item;
        }

        @Override
        public Mail getMail() {
            return item.getMail();
        }

        @Override
        public void done(CompletionStatus status) throws MailQueueException {
            item.done(status);
        }
    }
}
