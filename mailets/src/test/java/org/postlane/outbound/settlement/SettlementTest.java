// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.mail.Session;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MailAddress;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMailContext;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.LastOutcomes;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.operations.OutcomeLog;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.outbound.settings.RetrySchedule;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;

/** What becomes of a mail whose recipients end each in its own way, with James' memory queue to go back into. */
class SettlementTest {
    private static final Instant NOW = Instant.parse("2026-11-22T09:00:00Z");

    /** One mail in the queue. */
    private record Entry(Set<String> recipients, Duration delay, int retries, int handedBack, String name) {
    }

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final MemoryMailQueueFactory.MemoryCacheableMailQueue queue =
        new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory(), clock)
            .createQueue(MailQueueName.of("outgoing"), MailQueueFactory.defaultPrefetchCount());
    private final FakeMailContext context = FakeMailContext.defaultContext();

    private Settlement settlement(OutboundSettings.Builder settings) {
        return new Settlement(queue, settings.build(), context, new RecordingMetricFactory(),
            new OutcomeLog(MailQueueName.of("outgoing"),
                new OutboundMetrics(new RecordingMetricFactory(), new NoopGaugeRegistry()), clock), clock);
    }

    private static MailImpl mail(String... recipients) throws Exception {
        MailImpl mail = MailImpl.builder().name("mail").sender("sender@home.test").state("root").addRecipients(recipients)
            .mimeMessage(new MimeMessage(Session.getInstance(new Properties()),
                new ByteArrayInputStream("Subject: a\r\n\r\nHello\r\n".getBytes(UTF_8)))).build();
        mail.setAttribute(new Attribute(QueueTimes.QUEUED_AT, AttributeValue.of(NOW.minusSeconds(60).toEpochMilli())));
        return mail;
    }

    private static Verdict deferred(String recipient, String why) throws Exception {
        return new Verdict(new MailAddress(recipient), RecipientResult.deferred(Fault.RECIPIENT, why), "mx[192.0.2.1]:25");
    }

    private static Verdict failed(String recipient, String why) throws Exception {
        return new Verdict(new MailAddress(recipient), RecipientResult.failed(Fault.RECIPIENT, why), "-");
    }

    private static Verdict withoutTurn(String recipient) throws Exception {
        return Verdict.postponed(new MailAddress(recipient), "the destination is full; its last error was: 4.4.1 no answer");
    }

    private List<Entry> entries() throws Exception {
        List<Entry> entries = new ArrayList<>();
        ManageableMailQueue.MailQueueIterator items = queue.browse();
        try {
            while (items.hasNext()) {
                ManageableMailQueue.MailQueueItemView item = items.next();
                Mail mail = item.getMail();
                entries.add(new Entry(mail.getRecipients().stream().map(MailAddress::asString).collect(Collectors.toSet()),
                    Duration.between(NOW, item.getNextDelivery().orElseThrow().toInstant()),
                    DeliveryRetriesHelper.retrieveRetries(mail), QueueTimes.timesHandedBack(mail), mail.getName()));
                assertThat(AttributeUtils.getValueAndCastFromMail(mail, QueueTimes.NEXT_ATTEMPT_AT, Long.class))
                    .contains(item.getNextDelivery().orElseThrow().toInstant().toEpochMilli());
            }
        } finally {
            items.close();
        }
        return entries;
    }

    private static List<String> run(List<Settlement.Step> steps) throws Exception {
        List<String> names = new ArrayList<>();
        for (Settlement.Step step : steps) {
            step.run();
            names.add(step.name());
        }
        return names;
    }

    private Mail theOne() throws Exception {
        ManageableMailQueue.MailQueueIterator items = queue.browse();
        try {
            return items.next().getMail();
        } finally {
            items.close();
        }
    }

    @Test
    void aMailThatWasTriedIsMarkedAsStockMarksItSoThatStockCountsOn() throws Exception {
        run(settlement(new OutboundSettings.Builder()).stepsFor(mail("a@a.test"), List.of(deferred("a@a.test", "no"))));
        assertThat(theOne().getState()).isEqualTo(Mail.ERROR);
        assertThat(DeliveryRetriesHelper.retrieveRetries(theOne())).isEqualTo(1);
        assertThat(AttributeUtils.getValueAndCastFromMail(theOne(), AttributeName.of("postlane-processor"), String.class))
            .contains("root");
    }

    @Test
    void aMailThatWasNotTriedHasTheStateThatItCameWith() throws Exception {
        run(settlement(new OutboundSettings.Builder()).stepsFor(mail("a@a.test"), List.of(withoutTurn("a@a.test"))));
        assertThat(theOne().getState()).isEqualTo("root");
        assertThat(theOne().getAttribute(AttributeName.of("postlane-processor"))).isEmpty();
    }

    @Test
    void recipientsWithoutATurnComeBackTogetherSoonAndUncountedApartFromThoseWhoWereTried() throws Exception {
        run(settlement(new OutboundSettings.Builder()).stepsFor(mail("a@a.test", "b@b.test", "c@c.test", "d@d.test"),
            List.of(withoutTurn("a@a.test"), deferred("b@b.test", "no"), withoutTurn("c@c.test"), deferred("d@d.test", "no"))));
        assertThat(entries()).hasSize(2).extracting(Entry::name).doesNotHaveDuplicates();
        assertThat(entries()).filteredOn(entry -> entry.recipients().equals(Set.of("a@a.test", "c@c.test"))).hasSize(1).first()
            .satisfies(entry -> {
                assertThat(entry.delay()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2400));
                assertThat(entry.retries()).isZero();
                assertThat(entry.handedBack()).isEqualTo(1);
            });
        assertThat(entries()).filteredOn(entry -> entry.recipients().equals(Set.of("b@b.test", "d@d.test"))).hasSize(1).first()
            .satisfies(entry -> {
                assertThat(entry.delay()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
                assertThat(entry.retries()).isEqualTo(1);
                assertThat(entry.handedBack()).isZero();
            });
    }

    @Test
    void aMailWhoseRetriesAreSpentIsNotGivenUpForThePenaltyOfItsDestinationWithoutAnAttempt() throws Exception {
        MailImpl mail = mail("a@a.test");
        run(settlement(new OutboundSettings.Builder().retries(RetrySchedule.growing(0))).stepsFor(mail,
            List.of(deferred("a@a.test", "another mail met no answer").notBefore(Duration.ofMinutes(4)))));
        assertThat(context.getSentMails()).isEmpty();
        assertThat(entries()).hasSize(1).first().satisfies(entry -> {
            assertThat(entry.delay()).isGreaterThanOrEqualTo(Duration.ofMinutes(4));
            assertThat(entry.retries()).isZero();
            assertThat(entry.handedBack()).isEqualTo(1);
        });
    }

    @Test
    void aTurnAtLastEndsTheCountOfThoseThatWereNotAndOfNothingElse() throws Exception {
        MailImpl mail = mail("a@a.test", "b@b.test");
        mail.setAttribute(QueueTimes.handedBack(6));
        mail.setAttribute(DeliveryRetriesHelper.makeAttribute(2));
        run(settlement(new OutboundSettings.Builder()).stepsFor(mail,
            List.of(deferred("a@a.test", "no"), withoutTurn("b@b.test"))));
        assertThat(entries()).extracting(Entry::recipients, Entry::retries, Entry::handedBack).containsExactlyInAnyOrder(
            tuple(Set.of("a@a.test"), 3, 0),
            tuple(Set.of("b@b.test"), 2, 7));
        assertThat(entries()).filteredOn(entry -> entry.handedBack() == 7)
            .allMatch(entry -> entry.delay().compareTo(Duration.ofSeconds(128)) >= 0);
    }

    @Test
    void whoHasNoTurnUntilTheMailsTimeIsOverFailsWithTheLastErrorOfItsDestination() throws Exception {
        MailImpl mail = mail("a@a.test");
        mail.setAttribute(new Attribute(QueueTimes.QUEUED_AT, AttributeValue.of(NOW.minus(Duration.ofDays(5)).toEpochMilli())));
        run(settlement(new OutboundSettings.Builder().bounceProcessor(Optional.of("failed")))
            .stepsFor(mail, List.of(withoutTurn("a@a.test"))));
        assertThat(entries()).isEmpty();
        assertThat(context.getSentMails()).hasSize(1).first().satisfies(sent -> {
            assertThat(sent.getState()).isEqualTo("failed");
            assertThat(sent.getAttributes().toString()).contains("Given up after too many attempts", "4.4.1 no answer");
        });
    }

    @Test
    void whoHasNoTurnAtTheLastAttemptDoesNotFailWithoutIt() throws Exception {
        run(settlement(new OutboundSettings.Builder().retries(RetrySchedule.growing(0)))
            .stepsFor(mail("a@a.test"), List.of(withoutTurn("a@a.test"))));
        assertThat(entries()).hasSize(1);
        assertThat(context.getSentMails()).isEmpty();
    }

    @Test
    void nobodyComesBackBeforeItsDestinationMayBeTriedAndTheEntriesAreFew() throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        List<Duration> soonest = new ArrayList<>();
        String[] recipients = IntStream.range(0, 60).mapToObj(i -> "x@d" + i + ".test").toArray(String[]::new);
        for (int i = 0; i < recipients.length; i++) {
            Duration notBefore = Duration.ofMinutes(10L * i);
            soonest.add(notBefore);
            verdicts.add(deferred(recipients[i], "no").notBefore(notBefore));
        }
        run(settlement(new OutboundSettings.Builder()).stepsFor(mail(recipients), verdicts));
        List<Entry> entries = entries();
        assertThat(entries).hasSizeBetween(2, 4).extracting(Entry::name).doesNotHaveDuplicates();
        assertThat(entries.stream().mapToInt(entry -> entry.recipients().size()).sum()).isEqualTo(60);
        for (int i = 0; i < recipients.length; i++) {
            String recipient = recipients[i];
            Entry entry = entries.stream().filter(one -> one.recipients().contains(recipient)).findFirst().orElseThrow();
            assertThat(entry.delay()).isGreaterThanOrEqualTo(soonest.get(i));
            if (i == 0) {
                assertThat(entry.delay()).isLessThanOrEqualTo(Duration.ofMinutes(6));
            }
        }
    }

    @Test
    void theNamesOfStepsAreTheSameForTheSameTurnAndDifferForTheNextAndForOtherRecipients() throws Exception {
        Settlement settlement = settlement(new OutboundSettings.Builder().bounceProcessor(Optional.of("failed")));
        List<Verdict> verdicts = List.of(deferred("a@a.test", "no"), withoutTurn("b@b.test"), failed("c@c.test", "5.1.1 nobody"),
            failed("d@d.test", "5.1.2 nowhere"));
        String[] recipients = {"a@a.test", "b@b.test", "c@c.test", "d@d.test"};
        List<String> first = run(settlement.stepsFor(mail(recipients), verdicts));
        assertThat(first).hasSize(4).doesNotHaveDuplicates();
        assertThat(run(settlement.stepsFor(mail(recipients), verdicts))).isEqualTo(first);

        MailImpl next = mail(recipients);
        next.setAttribute(DeliveryRetriesHelper.makeAttribute(1));
        assertThat(run(settlement.stepsFor(next, verdicts))).doesNotContainAnyElementsOf(first);
        MailImpl handedBack = mail(recipients);
        handedBack.setAttribute(QueueTimes.handedBack(1));
        assertThat(run(settlement.stepsFor(handedBack, verdicts))).doesNotContainAnyElementsOf(first);
        assertThat(run(settlement.stepsFor(mail("z@a.test"), List.of(deferred("z@a.test", "no")))))
            .doesNotContainAnyElementsOf(first);
    }

    private static MailImpl aged(Duration age) throws Exception {
        MailImpl mail = mail("a@a.test", "b@b.test");
        mail.setAttribute(new Attribute(QueueTimes.QUEUED_AT, AttributeValue.of(NOW.minus(age).toEpochMilli())));
        return mail;
    }

    @Test
    void nobodyWaitsForItsDestinationLongerThanUntilTheMailsTimeIsOver() throws Exception {
        run(settlement(new OutboundSettings.Builder().delayWarning(Optional.empty()))
            .stepsFor(aged(Duration.ofDays(5).minusSeconds(30)), List.of(
                deferred("a@a.test", "4.4.1 it is down").notBefore(Duration.ofMinutes(5)), deferred("b@b.test", "no"))));
        assertThat(entries()).hasSize(1).first().satisfies(entry -> assertThat(entry.delay()).isEqualTo(Duration.ofSeconds(30)));
    }

    @Test
    void whoIsHandedBackComesWhenTheMailsTimeIsOver() throws Exception {
        MailImpl mail = aged(Duration.ofDays(5).minusSeconds(30));
        mail.setAttribute(QueueTimes.handedBack(9));
        run(settlement(new OutboundSettings.Builder().delayWarning(Optional.empty()))
            .stepsFor(mail, List.of(withoutTurn("a@a.test"), withoutTurn("b@b.test"))));
        assertThat(entries()).hasSize(1).first().satisfies(entry -> assertThat(entry.delay()).isEqualTo(Duration.ofSeconds(30)));
    }

    @Test
    void whoIsGivenUpWhileItsDestinationIsDownHearsWhatItsOwnLastAttemptCameTo() throws Exception {
        Settlement settlement = settlement(new OutboundSettings.Builder().bounceProcessor(Optional.of("failed")));
        run(settlement.stepsFor(mail("a@a.test", "b@b.test"), List.of(deferred("a@a.test", "450 4.2.0 not now"),
            deferred("b@b.test", "4.4.1 the destination is down").notBefore(Duration.ofMinutes(5)))));
        MailImpl back = aged(Duration.ofDays(5));
        back.setAttribute(queued().getAttribute(LastOutcomes.NAME).orElseThrow());
        Duration wait = Duration.ofMinutes(5);
        run(settlement.stepsFor(back, List.of(deferred("a@a.test", "4.4.1 the destination is down").notBefore(wait),
            deferred("b@b.test", "4.4.1 the destination is down").notBefore(wait))));
        assertThat(context.getSentMails())
            .extracting(sent -> sent.getAttributes().get(AttributeName.of("delivery-error")).toString())
            .hasSize(2).anyMatch(error -> error.contains("450 4.2.0 not now") && error.contains("since then: 4.4.1"))
            .anyMatch(error -> error.contains("4.4.1 the destination is down") && !error.contains("450"));
    }

    private Mail queued() throws Exception {
        ManageableMailQueue.MailQueueIterator items = queue.browse();
        try {
            return items.next().getMail();
        } finally {
            items.close();
        }
    }
}
