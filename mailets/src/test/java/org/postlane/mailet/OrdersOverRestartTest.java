// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import org.apache.james.queue.api.MailQueueName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.schedule.DestinationStatus.State;
import org.postlane.testing.SmtpServer;

/** What an administrator has ordered holds when James comes back. */
class OrdersOverRestartTest {
    private static final MailQueueName OUTGOING = MailQueueName.of("outgoing");

    @TempDir
    private Path directory;

    private void start(Delivery delivery) throws Exception {
        delivery.start("journal", "file://" + directory, "delayTime", "20");
        eventually().until(() -> !delivery.destinations.queues().isEmpty());
    }

    @Test
    void aSuspendedDestinationIsSuspendedAfterARestartAndFlowsWhenItIsResumedAndStaysSo() throws Exception {
        try (SmtpServer server = SmtpServer.accepting()) {
            try (Delivery delivery = new Delivery().domain("a.test", server).domain("b.test", server)) {
                start(delivery);
                delivery.destinations.suspend(OUTGOING, "a.test", Optional.empty());
                delivery.destinations.suspend(OUTGOING, "b.test", Optional.of(Duration.ofHours(2)));
            }
            try (Delivery delivery = new Delivery().domain("a.test", server).domain("b.test", server)) {
                start(delivery);
                assertThat(delivery.destination("a.test").state()).isEqualTo(State.SUSPENDED);
                assertThat(delivery.destination("b.test").remaining().orElseThrow())
                    .isBetween(Duration.ofHours(1), Duration.ofHours(2));
                delivery.send("mail", "x@a.test");
                delivery.settled(1);
                assertThat(delivery.queues.putBack()).isNotEmpty();
                assertThat(server.connections()).isEmpty();

                delivery.destinations.resume(OUTGOING, "a.test");
                eventually().until(() -> server.received().size() == 1);
            }
            try (Delivery delivery = new Delivery().domain("a.test", server)) {
                start(delivery);
                assertThat(delivery.destinations.find(OUTGOING, "a.test")).isEmpty();
                assertThat(delivery.destination("b.test").state()).isEqualTo(State.SUSPENDED);
            }
        }
    }

    @Test
    void mailThatIsToBeBouncedIsBouncedAfterARestartWithTheSameWords() throws Exception {
        try (SmtpServer server = SmtpServer.accepting()) {
            try (Delivery delivery = new Delivery().domain("a.test", server)) {
                start(delivery);
                delivery.destinations.bounce(OUTGOING, "a.test", Duration.ofDays(1), "5.1.2 a.test is gone");
            }
            try (Delivery delivery = new Delivery().domain("a.test", server)) {
                start(delivery);
                delivery.send("mail", "x@a.test");
                eventually().until(() -> !delivery.context.reports.isEmpty());
                assertThat(delivery.context.reports.get(0).perRecipient().get(0).toString()).contains("5.1.2");
                assertThat(server.connections()).isEmpty();
            }
        }
    }

    @Test
    void withoutAJournalAnOrderEndsWithJames() throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start();
            eventually().until(() -> !delivery.destinations.queues().isEmpty());
            delivery.destinations.suspend(OUTGOING, "a.test", Optional.empty());
            assertThat(delivery.destination("a.test").state()).isEqualTo(State.SUSPENDED);
        }
        try (Delivery delivery = new Delivery()) {
            start(delivery);
            assertThat(delivery.destinations.find(OUTGOING, "a.test")).isEmpty();
        }
    }
}
