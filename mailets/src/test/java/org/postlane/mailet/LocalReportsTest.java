// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.local.LocalFixture.mail;
import static org.postlane.recipient.TestDirectory.address;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.mail.MessagingException;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.MailAddress;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.local.LocalFixture;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What senders hear of mailboxes here that have their mail (RFC 3461 5.2, RFC 3464). */
class LocalReportsTest {
    private static final String ANN = "ann@example.org";
    private static final String BOB = "bob@example.org";
    private static final String CAT = "cat@example.org";

    private LocalFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LocalFixture(true);
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    /** A mail whose sender asked for this of each of its recipients. */
    static MailImpl asking(Map<String, Notify> notify) throws Exception {
        MailImpl mail = mail("Mail1", "Subject: one\r\nMessage-ID: <1@example.org>\r\n\r\nText\r\n",
            notify.keySet().toArray(String[]::new));
        ImmutableMap.Builder<MailAddress, RecipientDsnParameters> wishes = ImmutableMap.builder();
        for (Map.Entry<String, Notify> entry : notify.entrySet()) {
            wishes.put(address(entry.getKey()),
                RecipientDsnParameters.of(EnumSet.of(entry.getValue()), new MailAddress("first+2B" + entry.getKey())));
        }
        mail.setDsnParameters(DsnParameters.builder().envId(DsnParameters.EnvId.of("QQ+2B1")).ret(DsnParameters.Ret.FULL)
            .rcptParameters(wishes.build()).build().orElseThrow());
        return mail;
    }

    private long waiting() throws Exception {
        return fixture.lanes.queues.memory("local-retry").getSize();
    }

    private void awaitEmptyQueue() {
        int expected = fixture.reports.size() + 1;
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            // On a slow machine an attempt may be late once more.
            fixture.lanes.queues.clock.jump(Duration.ofMinutes(5));
            return fixture.reports.size() == expected && waiting() == 0;
        });
    }

    @Test
    void oneReportNamesAllWhoseMailboxHasTheMailAndForWhomItWasAskedFor() throws Exception {
        fixture.ours().service(asking(ImmutableMap.of(ANN, Notify.SUCCESS, BOB, Notify.FAILURE, CAT, Notify.SUCCESS,
            "dan@example.org", Notify.NEVER)));

        assertThat(fixture.reports).singleElement().satisfies(report -> {
            assertThat(report.sender()).isEqualTo("<>");
            assertThat(report.to()).containsExactly("sender@elsewhere.example");
            assertThat(report.recipients()).containsExactlyInAnyOrder(ANN, CAT);
            assertThat(report.perMessage()).containsEntry("Original-Envelope-Id", "QQ+1")
                .containsEntry("Reporting-MTA", "dns; example.org");
            assertThat(report.of(ANN)).containsEntry("Action", "delivered").containsEntry("Status", "2.1.5")
                .containsEntry("Original-Recipient", "rfc822; first+" + ANN).doesNotContainKey("Remote-MTA");
            assertThat(report.header("Subject")).isEqualTo("Delivered mail");
            assertThat(report.words()).contains("is in the mailboxes");
            // RFC 3461 4.3: RET is about failures.
            assertThat(report.returnedType()).isEqualTo("text/rfc822-headers");
            assertThat(report.returned()).contains("Subject: one").doesNotContain("Text");
        });
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void nobodyIsToldWhoDidNotAskOrHasNoAddress() throws Exception {
        FanOutLocalDelivery mailet = fixture.ours();
        mailet.service(LocalFixture.mailTo(ANN, BOB));
        MailImpl report = asking(Map.of(ANN, Notify.SUCCESS));
        report.setSender(null);
        mailet.service(report);

        assertThat(fixture.reports).isEmpty();
        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(2);
    }

    @Test
    void whereTheMailGoesOnTheMailetsBehindReportUnlessOtherwiseSaid() throws Exception {
        fixture.ours("consume", "false").service(asking(Map.of(ANN, Notify.SUCCESS)));
        fixture.ours("successReports", "false").service(asking(Map.of(BOB, Notify.SUCCESS)));
        fixture.ours("consume", "false", "successReports", "true").service(asking(Map.of(CAT, Notify.SUCCESS)));

        assertThat(fixture.reports).singleElement()
            .satisfies(report -> assertThat(report.recipients()).containsExactly(CAT));
        assertThatThrownBy(() -> fixture.ours("successReports", "yes")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("FanOutLocalDelivery").hasMessageContaining("<successReports>yes")
            .hasMessageContaining("true or false");
    }

    @Test
    void aMailboxThatAnswersLateIsReportedWhenItHas() throws Exception {
        Sinks.Empty<Void> release = Sinks.empty();
        fixture.mailboxes.onOpen(BOB, release::asMono);
        fixture.lanes.mailet("localTimeout", "300 ms");
        fixture.lanes.queues.jumps = false;
        fixture.ours().service(asking(ImmutableMap.of(ANN, Notify.SUCCESS, BOB, Notify.SUCCESS)));

        assertThat(fixture.reports).singleElement()
            .satisfies(report -> assertThat(report.recipients()).containsExactly(ANN));
        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        awaitEmptyQueue();
        assertThat(fixture.reports).hasSize(2);
        assertThat(fixture.reports.get(1).recipients()).containsExactly(BOB);
        assertThat(fixture.reports.get(1).of(BOB)).containsEntry("Original-Recipient", "rfc822; first+" + BOB);
        assertThat(fixture.mailboxes.count(BOB)).isEqualTo(1);
    }

    @Test
    void aMailThatIsRunAgainForOthersIsNotReportedAgain() throws Exception {
        Mono<Void> failing = Mono.error(new MailboxException("the store is away"));
        fixture.mailboxes.onOpen(BOB, () -> failing);
        FanOutLocalDelivery mailet = fixture.ours("onMailetException", "propagate", "retries", "0");
        MailImpl mail = asking(ImmutableMap.of(ANN, Notify.SUCCESS, BOB, Notify.SUCCESS));
        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class);

        // What the spooler does with a mail from which an exception escapes.
        mail.setRecipients(List.of(address(ANN), address(BOB)));
        fixture.mailboxes.onOpen(BOB, Mono::empty);
        mailet.service(mail);
        assertThat(fixture.reports).hasSize(2);
        assertThat(fixture.reports.get(0).recipients()).containsExactly(ANN);
        assertThat(fixture.reports.get(1).recipients()).containsExactly(BOB);
    }

    @Test
    void aReportThatTheSpoolDoesNotTakeWaitsAndTheMailIsDeliveredOnce() throws Exception {
        fixture.refuse = mail -> mail.getName().endsWith("-delivered");
        MailImpl mail = asking(Map.of(ANN, Notify.SUCCESS));
        fixture.lanes.queues.jumps = false;
        fixture.ours().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        await().until(() -> waiting() == 1);
        assertThat(fixture.reports).isEmpty();
        fixture.refuse = any -> false;
        awaitEmptyQueue();
        assertThat(fixture.reports).singleElement().satisfies(report -> {
            assertThat(report.to()).containsExactly("sender@elsewhere.example");
            assertThat(report.recipients()).containsExactly(ANN);
        });
        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(1);
    }

    @Test
    void aReportThatTheSpoolRefusesForLongStaysAReport() throws Exception {
        fixture.refuse = mail -> mail.getName().endsWith("-delivered");
        fixture.lanes.queues.onEnqueue("local-retry", mail -> {
            if (fixture.lanes.queues.delays.size() > 8) {
                fixture.refuse = any -> false;
            }
        });
        fixture.ours().service(asking(Map.of(ANN, Notify.SUCCESS)));

        await().atMost(Duration.ofMinutes(1)).until(() -> waiting() == 0 && !fixture.reports.isEmpty());
        assertThat(fixture.reports).hasSize(1);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void whereNoQueueTakesTheReportTheMailIsDeliveredAllTheSame() throws Exception {
        fixture.refuse = any -> true;
        fixture.lanes.queues.fail("local-retry");
        MailImpl mail = asking(Map.of(ANN, Notify.SUCCESS));
        fixture.ours().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(1);
    }

    @Test
    void manyRecipientsAreToldOfInSeveralReportsEachOnce() throws Exception {
        ImmutableMap.Builder<String, Notify> notify = ImmutableMap.builder();
        IntStream.range(0, 1001).forEach(i -> notify.put("u" + i + "@example.org", Notify.SUCCESS));
        fixture.ours().service(asking(notify.build()));

        assertThat(fixture.reports).hasSize(2).extracting(ParsedReport::name)
            .containsExactly("Mail1-delivered", "Mail1-delivered-2");
        assertThat(fixture.reports).flatExtracting(ParsedReport::recipients).doesNotHaveDuplicates().hasSize(1001);
    }
}
