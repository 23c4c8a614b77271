// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.MailAddress;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.base.MailAddressFixture;
import org.junit.jupiter.api.Test;
import org.postlane.journal.DeliveryJournal;
import org.postlane.journal.JournalSettings;
import org.postlane.outbound.mail.DeliveryIdentity;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.operations.OutcomeLog;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.Reply;

class MailRecordTest {
    private static final MailAddress RECIPIENT = MailAddressFixture.ANY_AT_JAMES;
    private static final MailQueueName OUTGOING = MailQueueName.of("outgoing");
    private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");
    private final RecordsUnderWay recordsUnderWay = new RecordsUnderWay();
    private DeliveryJournal journal = DeliveryJournal.inMemory(JournalSettings.DEFAULTS);

    private static Clock at(Duration afterTheBeginning) {
        return Clock.fixed(BEGAN.plus(afterTheBeginning), ZoneOffset.UTC);
    }

    private static MailImpl queuedAt(Duration afterTheBeginning) throws Exception {
        MailImpl mail = MailImpl.builder().name("mail").sender("sender@home.test").addRecipient(RECIPIENT).build();
        QueueTimes.markQueued(mail, at(afterTheBeginning));
        DeliveryIdentity.mark(mail);
        return mail;
    }

    private MailRecord record(MailImpl mail, Duration now, MailQueueName queue, Instant began) {
        OutboundMetrics metrics = new OutboundMetrics(new RecordingMetricFactory(), new NoopGaugeRegistry());
        OutcomeLog log = new OutcomeLog(queue, metrics, at(now));
        return new MailRecord(journal, log, at(now), queue, began, recordsUnderWay, mail);
    }

    private List<Verdict> known(MailImpl mail, Duration now, MailQueueName queue, Instant began) {
        return record(mail, now, queue, began).known(mail.getRecipients());
    }

    private void delivered(MailImpl mail, Duration now) {
        MailRecord record = record(mail, now, OUTGOING, BEGAN);
        record.record("james", List.of(new Verdict(RECIPIENT,
            RecipientResult.recorded(Fault.RECIPIENT, new Reply(250, List.of("ok"))), "host")), () -> { });
        record.done();
    }

    @Test
    void whatAQueueHandsOutOnceMoreIsNotDeliveredOnceMore() throws Exception {
        MailImpl mail = queuedAt(Duration.ofSeconds(1));
        delivered(mail, Duration.ofSeconds(2));
        assertThat(known(mail, Duration.ofSeconds(3), OUTGOING, BEGAN)).hasSize(1);
    }

    @Test
    void whatASpoolQueuesOnceMoreAfterACrashIsNotDeliveredOnceMore() throws Exception {
        delivered(queuedAt(Duration.ofSeconds(1)), Duration.ofSeconds(2));
        assertThat(known(queuedAt(Duration.ofSeconds(9)), Duration.ofSeconds(10), OUTGOING, BEGAN.plusSeconds(5))).hasSize(1);
    }

    @Test
    void whatIsQueuedOnceMoreLaterIsANewDelivery() throws Exception {
        delivered(queuedAt(Duration.ofSeconds(1)), Duration.ofSeconds(2));
        assertThat(known(queuedAt(Duration.ofSeconds(3)), Duration.ofSeconds(4), OUTGOING, BEGAN)).isEmpty();
    }

    /** A journal whose disk hangs: nothing that it is given is ever on it, and nothing fails. */
    private DeliveryJournal hanging(List<CompletableFuture<Void>> pending) {
        DeliveryJournal memory = journal;
        return (DeliveryJournal) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {DeliveryJournal.class},
            (proxy, method, arguments) -> {
                Object answer = method.invoke(memory, arguments);
                if (!method.getName().equals("record")) {
                    return answer;
                }
                CompletableFuture<Void> never = new CompletableFuture<>();
                pending.add(never);
                return never;
            });
    }

    private void deliver(MailRecord record) {
        record.record("james", List.of(new Verdict(RECIPIENT,
            RecipientResult.recorded(Fault.RECIPIENT, new Reply(250, List.of("ok"))), "host")), () -> { });
    }

    @Test
    void whatAHangingDiskWouldRepeatIsCountedOverAllMailsUntilItIsWrittenOrTheMailIsGone() throws Exception {
        List<CompletableFuture<Void>> pending = new ArrayList<>();
        journal = hanging(pending);
        List<MailRecord> records = new ArrayList<>();
        for (int i = 0; i < RecordsUnderWay.MOST; i++) {
            assertThat(recordsUnderWay.isFull()).isFalse();
            records.add(record(queuedAt(Duration.ofSeconds(i)), Duration.ofSeconds(i), OUTGOING, BEGAN));
            deliver(records.get(i));
        }
        assertThat(recordsUnderWay.isFull()).isTrue();
        pending.get(0).complete(null);
        assertThat(recordsUnderWay.isFull()).isFalse();
        deliver(records.get(0));
        assertThat(recordsUnderWay.isFull()).isTrue();
        records.get(0).close();
        records.get(0).close();
        assertThat(recordsUnderWay.isFull()).isFalse();
        deliver(records.get(1));
        assertThat(recordsUnderWay.isFull()).isTrue();
        pending.get(5).completeExceptionally(new IOException("disk full"));
        pending.get(RecordsUnderWay.MOST).complete(null);
        assertThat(recordsUnderWay.isFull()).isFalse();
        deliver(records.get(2));
        assertThat(recordsUnderWay.isFull()).isTrue();
    }

    @Test
    void whatIsInAnotherQueueIsAnotherDelivery() throws Exception {
        MailImpl mail = queuedAt(Duration.ofSeconds(1));
        delivered(mail, Duration.ofSeconds(2));
        assertThat(known(mail, Duration.ofSeconds(3), MailQueueName.of("archive"), BEGAN)).isEmpty();
    }
}
