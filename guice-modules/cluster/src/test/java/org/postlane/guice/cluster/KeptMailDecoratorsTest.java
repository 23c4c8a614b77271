// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;

class KeptMailDecoratorsTest {
    private final Queue<MailQueueItem.CompletionStatus> told = new ConcurrentLinkedQueue<>();
    private final KeptMailDecorators decorators = new KeptMailDecorators(Duration.ofMillis(50), new Deliveries());
    private final MailQueueItem item = decorators.decorate(new MailQueueItem() {
        @Override
        public Mail getMail() {
            return MailImpl.builder().name("mail").build();
        }

        @Override
        public void done(CompletionStatus status) {
            told.add(status);
        }
    }, MailQueueFactory.SPOOL);

    @Test
    void whatIsRejectedComesAgain() throws Exception {
        item.done(MailQueueItem.CompletionStatus.REJECT);

        await().until(() -> !told.isEmpty());
        assertThat(told).containsExactly(MailQueueItem.CompletionStatus.RETRY);
    }

    @Test
    void whatIsDoneOrComesAgainAnywayIsToldAsItIs() throws Exception {
        item.done(MailQueueItem.CompletionStatus.SUCCESS);
        item.done(MailQueueItem.CompletionStatus.RETRY);

        assertThat(told).containsExactly(MailQueueItem.CompletionStatus.SUCCESS, MailQueueItem.CompletionStatus.RETRY);
    }
}
