// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.inject.Inject;

import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory.MailQueueItemDecorator;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * Around each mail that is taken out of a queue: rejected, it comes again a little later. James' spooler rejects what it can
 * neither process nor put anywhere, as while RabbitMQ or Cassandra is away; RabbitMQ would put it where nobody looks. And it
 * tells Postlane's mailets whether it is still ours, or RabbitMQ has given it to others.
 */
final class KeptMailDecorators implements MailQueueItemDecoratorFactory {
    /** Long enough not to spin, and far below the time that the broker lets an item be held. */
    static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Logger LOGGER = LoggerFactory.getLogger(KeptMailDecorators.class);

    private final Duration pause;
    private final Deliveries deliveries;

    @Inject
    KeptMailDecorators(Deliveries deliveries) {
        this(PAUSE, deliveries);
    }

    KeptMailDecorators(Duration pause, Deliveries deliveries) {
        this.pause = pause;
        this.deliveries = deliveries;
    }

    @Override
    public MailQueueItemDecorator decorate(MailQueueItem item, MailQueueName queue) {
        return new KeptMail(item, queue, deliveries.comesOut(item.getMail()));
    }

    private final class KeptMail extends MailQueueItemDecorator implements BooleanSupplier {
        private final MailQueueName queue;
        private final Deliveries.Given delivery;

        KeptMail(MailQueueItem item, MailQueueName queue, Deliveries.Given delivery) {
            super(item);
            this.queue = queue;
            this.delivery = delivery;
        }

        @Override
        public boolean getAsBoolean() {
            return delivery.getAsBoolean();
        }

        @Override
        public Mail getMail() {
            return mailQueueItem.getMail();
        }

        @Override
        public void done(CompletionStatus status) throws MailQueueException {
            if (status != CompletionStatus.REJECT) {
                tell(status);
                return;
            }
            LOGGER.warn("{} comes again from queue {}: it could neither be processed nor put anywhere", getMail().getName(),
                queue.asString());
            Disposable unused = Schedulers.boundedElastic().schedule(this::giveBack, pause.toMillis(),
                TimeUnit.MILLISECONDS);
        }

        private void tell(CompletionStatus status) throws MailQueueException {
            deliveries.isBeingTold(delivery);
            try {
                mailQueueItem.done(status);
            } finally {
                deliveries.isTold(delivery);
            }
        }

        private void giveBack() {
            try {
                tell(CompletionStatus.RETRY);
            } catch (MailQueueException | RuntimeException e) {
                // Not acknowledged, it comes again when the connection that it came by ends.
                LOGGER.warn("{} could not be given back to queue {}", getMail().getName(), queue.asString(), e);
            }
        }
    }
}
