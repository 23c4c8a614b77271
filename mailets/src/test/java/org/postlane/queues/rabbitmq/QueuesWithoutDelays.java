// SPDX-License-Identifier: Apache-2.0
package org.postlane.queues.rabbitmq;

import java.time.Clock;
import java.time.Duration;

import org.apache.james.queue.api.MailQueue;
import org.apache.mailet.Mail;
import org.postlane.queues.PassingQueue;
import org.postlane.queues.PassingQueues;

/** Memory queues that ignore delays, and are taken for James' RabbitMQ queues by the name of their class. */
public final class QueuesWithoutDelays extends PassingQueues {
    /** On the clock of this machine. */
    public QueuesWithoutDelays() {
        super(Clock.systemUTC());
    }

    @Override
    protected MailQueue inFrontOf(MailQueue queue) {
        return new WithoutDelays(queue);
    }

    private static final class WithoutDelays extends PassingQueue {
        WithoutDelays(MailQueue queue) {
            super(queue);
        }

        @Override
        public void enQueue(Mail mail, Duration delay) throws MailQueueException {
            enQueue(mail);
        }
    }
}
