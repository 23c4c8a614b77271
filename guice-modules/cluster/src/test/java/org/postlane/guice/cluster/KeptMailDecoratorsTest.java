// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptMailDecoratorsTest {
    private final Queue<MailQueueItem.CompletionStatus> told = new ConcurrentLinkedQueue<>();
    /** How many were in hand each time that somebody looked. */
    private final Queue<Long> inHand = new ConcurrentLinkedQueue<>();
    private final Deliveries deliveries = new Deliveries();
    private final KeptMailDecorators decorators = new KeptMailDecorators(Duration.ofMillis(50), deliveries);
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

    /** As James' queue: RabbitMQ first, and then the list in Cassandra, which takes its time or fails. */
    private MailQueueItem delivered(boolean lost, Runnable thenTheList) {
        long number = deliveries.number();
        deliveries.goesIn(number, () -> true);
        if (lost) {
            deliveries.ends(number);
        }
        Mail mail = MailImpl.builder().name("mail")
            .addAttribute(new Attribute(Deliveries.NUMBER, AttributeValue.of(number))).build();
        return decorators.decorate(new MailQueueItem() {
            @Override
            public Mail getMail() {
                return mail;
            }

            @Override
            public void done(CompletionStatus status) {
                inHand.add(deliveries.awaitNoneInHand(Duration.ZERO));
                deliveries.ends(number);
                thenTheList.run();
            }
        }, MailQueueFactory.SPOOL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMailIsInHandUntilItIsOffTheList(boolean lost) throws Exception {
        MailQueueItem delivered = delivered(lost, () -> inHand.add(deliveries.awaitNoneInHand(Duration.ZERO)));

        delivered.done(MailQueueItem.CompletionStatus.SUCCESS);

        assertThat(inHand).containsExactly(1L, 1L);
        assertThat(deliveries.awaitNoneInHand(Duration.ZERO)).isZero();
    }

    @Test
    void aMailThatCannotBeTakenOffTheListIsNotInHandForEver() throws Exception {
        MailQueueItem delivered = delivered(false, () -> {
            throw new IllegalStateException("Cassandra is away");
        });

        assertThatThrownBy(() -> delivered.done(MailQueueItem.CompletionStatus.SUCCESS)).hasMessage("Cassandra is away");

        assertThat(inHand).containsExactly(1L);
        assertThat(deliveries.awaitNoneInHand(Duration.ZERO)).isZero();
    }
}
