// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.stall;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import ch.qos.logback.classic.Level;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.queues.LosableItems;
import org.postlane.testing.Behaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/**
 * James stops while a mail that its queue had lost, and was told about because it has arrived, has still to be handed on to a
 * spool that is away. The queue gives it to nobody any more, and nobody else does it.
 */
class StopWhileReportingTest {
    private final FastTime time = new FastTime(200);
    private final Delivery delivery = new Delivery(time);
    private final LosableItems items = new LosableItems();
    private final LoggedLines log = LoggedLines.of("org.postlane.outbound", Level.WARN);
    private final Stall reply = new Stall();
    private SmtpServer server;
    private PooledRemoteDelivery mailet;

    @BeforeEach
    void start() throws Exception {
        server = SmtpServer.with(Behaviour.accepting().endOfData(stall(reply).then(proceed())));
        delivery.domain("a.test", server);
        delivery.factory = new MemoryMailQueueFactory(items);
    }

    @AfterEach
    void close() {
        reply.release();
        delivery.close();
        server.close();
        log.close();
    }

    private void send(Predicate<String> refuses) throws Exception {
        delivery.context.refuses = refuses;
        mailet = delivery.start("onSuccess", "archive");
        delivery.send("arrives", "x@a.test", "y@a.test");
        eventually().until(() -> reply.waiting() == 1);
        items.of("arrives").lose();
        reply.release();
    }

    /** Refuses all; from the first name with this in it on, whatever waits waits until the stop. */
    private Predicate<String> refusesAllAndStandsAt(String part) {
        return name -> {
            if (name.contains(part)) {
                time.stand();
            }
            return true;
        };
    }

    private List<String> undone() {
        return log.containing("not done after a start");
    }

    private void stop() {
        delivery.engine.close();
        mailet.destroy();
    }

    /** In the pauses between two tries of a step, and in the longer one after it was given up. */
    @ParameterizedTest
    @ValueSource(strings = {"arrives", "-unsettled-"})
    void whatIsNotDoneAtTheEndIsTold(String part) throws Exception {
        send(refusesAllAndStandsAt(part));
        eventually().until(() -> time.putOff() > 0);
        assertThat(undone()).isEmpty();

        stop();

        assertThat(undone()).hasSize(1).first().asString()
            .startsWith("arrives was delivered to x@a.test, y@a.test, and James stops")
            .contains("Not done, as far as is known: delivered-1.0-", "Queue outgoing was told");
        assertThat(items.of("arrives").told).containsExactly(CompletionStatus.SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"arrives", "-unsettled-"})
    void whatCanBeDoneAgainByThenIsDoneAtTheStop(String part) throws Exception {
        send(refusesAllAndStandsAt(part));
        eventually().until(() -> time.putOff() > 0);
        delivery.context.refuses = name -> false;

        stop();

        assertThat(delivery.context.sentTo("archive")).hasSize(1);
        assertThat(undone()).isEmpty();
        assertThat(items.of("arrives").told).containsExactly(CompletionStatus.SUCCESS);
    }

    @Test
    void whatHangsAtTheEndIsTold() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        send(name -> {
            begun.countDown();
            try {
                return never.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                return true;
            }
        });
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();

        stop();

        assertThat(undone()).hasSize(1);
    }
}
