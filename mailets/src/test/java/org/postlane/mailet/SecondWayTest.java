// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.reply;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.SmtpServer;

/** A mail that a processor queues anew, before its first queue item is done: what became of it before is not its outcome now. */
class SecondWayTest {
    private static final String X = "x@a.test";

    /** Puts what is handed over into the mailet's queue, and returns only when that has settled it. */
    private static void queueAnew(Delivery delivery, PooledRemoteDelivery mailet, String handedOver) {
        AtomicInteger times = new AtomicInteger();
        delivery.context.processor = (state, mail) -> {
            if (state.equals(handedOver) && times.getAndIncrement() == 0) {
                int before = delivery.queues.done.get();
                MailImpl copy = MailImpl.duplicate(mail);
                copy.setName(mail.getName());
                try {
                    mailet.service(copy);
                } finally {
                    LifecycleUtil.dispose(copy);
                }
                eventually().until(() -> delivery.queues.done.get() > before);
            }
        };
    }

    @Test
    void aMailThatFailedIsAttemptedInAnotherQueueWithoutItsFailureBeingTakenForTheOutcomeThere() throws Exception {
        try (SmtpServer refuses = SmtpServer.with(Behaviour.accepting().rcpt(X, reply("550 5.7.1 not from you")));
             SmtpServer takes = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", refuses)) {
            delivery.start("bounceProcessor", "failed");
            queueAnew(delivery, delivery.start("outgoing", "fallback", "gateway", "127.0.0.1:" + takes.port(),
                "bounceProcessor", "failed"), "failed");
            delivery.send("mail", X);
            delivery.settled(2);
            assertThat(takes.received()).extracting(ReceivedMail::recipientAddresses).containsExactly(List.of(X));
            assertThat(delivery.context.sentTo("failed")).hasSize(1);
        }
    }

    @Test
    void aMailThatFailedIsAttemptedAgainWhenItComesIntoTheSameQueueUnderTheSameName() throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().rcpt(X, reply("550 5.7.1 not now")).once());
             Delivery delivery = new Delivery().domain("a.test", server)) {
            queueAnew(delivery, delivery.start("bounceProcessor", "failed"), "failed");
            delivery.send("mail", X);
            delivery.settled(2);
            assertThat(server.received()).hasSize(1);
            assertThat(delivery.context.sentTo("failed")).hasSize(1);
        }
    }

    @Test
    void aMailThatWasDeliveredIsDeliveredByAnotherQueueTooWhereAProcessorPutsItThere() throws Exception {
        try (SmtpServer first = SmtpServer.accepting(); SmtpServer archive = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first)) {
            delivery.start("onSuccess", "sent");
            queueAnew(delivery, delivery.start("outgoing", "archive", "gateway", "127.0.0.1:" + archive.port()), "sent");
            delivery.send("mail", X);
            delivery.settled(2);
            assertThat(archive.received()).extracting(ReceivedMail::recipientAddresses).containsExactly(List.of(X));
        }
    }

    @Test
    void aMailThatWasDeliveredIsDeliveredOnceMoreWhenItIsQueuedOnceMore() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            queueAnew(delivery, delivery.start("onSuccess", "sent"), "sent");
            delivery.send("mail", X);
            delivery.settled(2);
            assertThat(server.received()).hasSize(2);
        }
    }
}
