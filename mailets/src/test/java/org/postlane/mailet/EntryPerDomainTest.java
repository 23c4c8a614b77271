// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.SmtpServer;

/** A mail that is divided by domain before it is queued, and a queue that fails in the middle. */
class EntryPerDomainTest {
    @Test
    void whoIsQueuedWhenTheQueueFailsIsNeitherBouncedNorSentTheMailTwice() throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting()); Delivery delivery = new Delivery()) {
            List.of("a.test", "b.test", "c.test").forEach(domain -> delivery.domain(domain, server));
            PooledRemoteDelivery mailet = delivery.start("entryPerDomain", "true");
            MailImpl mail = Delivery.mail("mail", "v@a.test", "w@a.test", "x@b.test", "y@c.test", "z@b.test");
            try {
                delivery.queues.refuses = (name, delay) -> name.equals("mail-to-b.test");
                assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MailQueue.MailQueueException.class);
                // With these, and in this state, James gives it to the processor for errors, or back to the spool.
                assertThat(mail.getRecipients()).extracting(MailAddress::asString)
                    .containsExactly("x@b.test", "y@c.test", "z@b.test");
                assertThat(mail.getState()).isNotEqualTo(Mail.GHOST);

                delivery.queues.refuses = (name, delay) -> false;
                mailet.service(mail);
                assertThat(mail.getState()).isEqualTo(Mail.GHOST);
            } finally {
                LifecycleUtil.dispose(mail);
            }
            delivery.settled();
            assertThat(server.received()).flatExtracting(received -> received.recipientAddresses())
                .containsExactlyInAnyOrder("v@a.test", "w@a.test", "x@b.test", "y@c.test", "z@b.test");
        }
    }
}
