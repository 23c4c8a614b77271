// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.lane.TestLanes.EXTERNAL;
import static org.postlane.lane.TestLanes.LOCAL;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** For how long a mail comes back that waits for something of this server's own, and what becomes of it then. */
class SpoolReturnTest {
    private final TestQueues queues = new TestQueues();
    private final SpoolReturn spoolReturn = new SpoolReturn(queues, SpoolReturn.HAND_OVER_RETURNS, queues.clock);
    private final MessagingException failure = new MessagingException("the directory is away");
    private Mail mail;

    @BeforeEach
    void setUp() throws Exception {
        mail = TestLanes.mail("Mail1", List.of(LOCAL, EXTERNAL));
    }

    /** Until something else becomes of it. */
    private int returns() throws MessagingException {
        int returns = 0;
        do {
            mail.setState("transport");
            spoolReturn.giveBack(mail, failure);
            returns++;
        } while (mail.getState().equals(Mail.GHOST));
        return returns;
    }

    @Test
    void anOutageOfDaysIsWaitedForAndThenTheErrorProcessorHasIt() throws Exception {
        Instant begin = queues.clock.instant();
        // Five minutes each, but for the first ones.
        assertThat(returns()).isBetween(1_440, 1_450);

        assertThat(Duration.between(begin, queues.clock.instant())).isBetween(Duration.ofDays(5), Duration.ofHours(121));
        assertThat(mail.getState()).isEqualTo(Mail.ERROR);
        assertThat(mail.getErrorMessage()).isEqualTo("451 4.4.7 The mail server could not process the mail for 5 days");
        assertThat(mail.getRecipients()).extracting(MailAddress::asString).containsExactly(LOCAL, EXTERNAL);
        // Whoever has it processed again from a repository has the same patience.
        assertThat(returns()).isGreaterThan(1_000);
    }

    @Test
    void onAQueueThatIgnoresDelaysTheSpoolerDecidesAfterTwelve() {
        queues.jumps = false;

        assertThatThrownBy(this::returns).isSameAs(failure);
        assertThat(queues.delays).hasSize(12);
    }

    @Test
    void howeverLongThatGoesOnTheQueueIsNotLeftToTurnIt() throws Exception {
        queues.jumps = false;
        int thrown = 0;
        for (Instant end = queues.clock.instant().plus(Duration.ofHours(2)); queues.clock.instant().isBefore(end);) {
            try {
                mail.setState("transport");
                spoolReturn.giveBack(mail, failure);
            } catch (MessagingException e) {
                thrown++;
            }
            queues.clock.jump(Duration.ofSeconds(10));
        }

        assertThat(thrown).isGreaterThan(500);
        assertThat(queues.delays).hasSizeLessThan(130);
    }

    @Test
    void whatAnEarlierVersionHasPutBackIsNotGivenUpAtOnce() throws Exception {
        mail.setAttribute(new Attribute(SpoolReturn.HAND_OVER_RETURNS, AttributeValue.of(12)));

        assertThat(returns()).isGreaterThan(1_000);
    }

    @Test
    void aMailThatWentThroughBeginsAnew() throws Exception {
        spoolReturn.giveBack(mail, failure);
        spoolReturn.forget(mail);

        assertThat(mail.attributes()).isEmpty();
    }
}
