// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.base.MailAddressFixture;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.Verdict;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;

class HoldingLimitTest {
    private final List<List<Verdict>> attempted = new ArrayList<>();

    private QueuedMail mail() throws Exception {
        MailImpl mail = MailImpl.builder().name("mail").sender("sender@home.test")
            .addRecipient(MailAddressFixture.ANY_AT_JAMES).build();
        MailQueue.MailQueueItem item = new MailQueue.MailQueueItem() {
            @Override
            public Mail getMail() {
                return mail;
            }

            @Override
            public void done(CompletionStatus success) {
                throw new AssertionError("Nobody has settled it");
            }
        };
        return new QueuedMail(new QueuedMail.Owner() {
            @Override
            public void attempted(QueuedMail queued, List<Verdict> verdicts) {
                attempted.add(List.copyOf(verdicts));
            }

            @Override
            public void left(QueuedMail queued) {
                throw new AssertionError("James does not stop");
            }
        }, item, 0, new RecordingMetricFactory().timer("trial"));
    }

    @Test
    void aMailThatIsHeldTooLongBeforeItBeginsIsNotTakenForSettled() throws Exception {
        QueuedMail mail = mail();
        mail.windUp();
        assertThat(attempted).isEmpty();

        Verdict verdict = new Verdict(MailAddressFixture.ANY_AT_JAMES, RecipientResult.deferred(Fault.SESSION, "later"), "-");
        mail.begin(List.of(verdict), List.of());
        mail.windUp();
        assertThat(attempted).containsExactly(List.of(verdict));
    }
}
