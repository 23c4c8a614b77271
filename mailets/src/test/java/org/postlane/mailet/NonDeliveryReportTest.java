// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.local.LocalFixture.mailTo;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.mail.MessagingException;

import com.google.common.collect.ImmutableMap;
import org.apache.james.mailbox.exception.MailboxNameException;
import org.apache.james.mailetcontainer.impl.ProcessorUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.Mail;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postlane.james.ConfigurationError;
import org.postlane.local.LocalFixture;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** What senders hear of mail in error processors (RFC 3461 6, RFC 3464). */
class NonDeliveryReportTest {
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

    private NonDeliveryReport mailet(String... parameters) throws Exception {
        return fixture.init(new NonDeliveryReport(fixture.lanes.directory.domainList, Clock.systemUTC()), parameters);
    }

    private ParsedReport onlyReport() {
        assertThat(fixture.reports).hasSize(1);
        return fixture.reports.get(0);
    }

    private void runErrorMail() throws Exception {
        assertThat(fixture.copies).hasSize(1);
        mailet().service(fixture.copies.get(0));
    }

    @Test
    void eachMailboxThatFailedHasACodeOfItsOwnInOneReport() throws Exception {
        fixture.mailboxes.limit(ANN, 0);
        Mono<Void> failing = Mono.error(new MailboxNameException("jdbc:secret"));
        fixture.mailboxes.onOpen(BOB, () -> failing);
        fixture.ours("retries", "0").service(mailTo(ANN, BOB, CAT));
        runErrorMail();

        ParsedReport report = onlyReport();
        assertThat(report.sender()).isEqualTo("<>");
        assertThat(report.to()).containsExactly("sender@elsewhere.example");
        assertThat(report.recipients()).containsExactlyInAnyOrder(ANN, BOB);
        assertThat(report.of(ANN)).containsEntry("Action", "failed").containsEntry("Status", "5.2.2")
            .containsEntry("Diagnostic-Code", "x-postlane; The mailbox is full.");
        assertThat(report.of(BOB)).containsEntry("Action", "failed").containsEntry("Status", "5.2.0");
        assertThat(report.perMessage()).containsEntry("Reporting-MTA", "dns; example.org").containsKey("Arrival-Date");
        assertThat(report.returnedType()).isEqualTo("message/rfc822");
        assertThat(report.returned()).contains("Text");
        assertThat(report.header("Auto-Submitted")).isEqualTo("auto-replied");
        assertThat(report.raw()).doesNotContain("secret");
    }

    @Test
    void aMailboxThatNeverAnsweredIsReportedWithWhatIsNotKnown() throws Exception {
        fixture.lanes.mailet("localTimeout", "300 ms");
        fixture.mailboxes.onOpen(BOB, Mono::never);
        fixture.ours().service(LocalReportsTest.asking(Map.of(BOB, Notify.FAILURE)));
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !fixture.copies.isEmpty());
        runErrorMail();

        assertThat(onlyReport().of(BOB)).containsEntry("Status", "4.4.7")
            .containsEntry("Original-Recipient", "rfc822; first+" + BOB);
        assertThat(onlyReport().words()).contains("may be in it all the same");
    }

    @Test
    void theWishesOfTheSenderComeThroughLocalDelivery() throws Exception {
        fixture.mailboxes.limit(ANN, 0);
        fixture.mailboxes.limit(BOB, 0);
        fixture.mailboxes.limit(CAT, 0);
        MailImpl mail = LocalReportsTest.asking(
            ImmutableMap.of(ANN, Notify.FAILURE, BOB, Notify.NEVER, CAT, Notify.DELAY, "dan@example.org", Notify.FAILURE));
        mail.setDsnParameters(DsnParameters.builder().envId(DsnParameters.EnvId.of("QQ+2B2")).ret(DsnParameters.Ret.HDRS)
            .rcptParameters(mail.dsnParameters().orElseThrow().getRcptParameters()).build().orElseThrow());
        fixture.ours().service(mail);
        runErrorMail();

        assertThat(onlyReport().recipients()).containsExactly(ANN);
        assertThat(onlyReport().of(ANN)).containsEntry("Original-Recipient", "rfc822; first+" + ANN);
        assertThat(onlyReport().perMessage()).containsEntry("Original-Envelope-Id", "QQ+2");
        assertThat(onlyReport().returnedType()).isEqualTo("text/rfc822-headers");
        assertThat(fixture.copies.get(0).dsnParameters().orElseThrow().getRcptParameters()).hasSize(3);
    }

    @Test
    void nothingIsToldWhereNobodyWantsToHearOrTheSenderIsNull() throws Exception {
        mailet().service(LocalReportsTest.asking(Map.of(ANN, Notify.NEVER)));
        MailImpl report = mailTo(ANN);
        report.setSender(null);
        mailet("passThrough", "false").service(report);

        assertThat(fixture.reports).isEmpty();
        assertThat(report.getState()).isEqualTo(Mail.GHOST);
    }

    @Test
    void theMailGoesOnUnlessOtherwiseSaid() throws Exception {
        MailImpl goesOn = mailTo(ANN);
        MailImpl ends = mailTo(BOB);
        mailet().service(goesOn);
        mailet("passThrough", "false").service(ends);

        assertThat(goesOn.getState()).isEqualTo("local-delivery");
        assertThat(ends.getState()).isEqualTo(Mail.GHOST);
        assertThat(fixture.reports).hasSize(2);
    }

    @Test
    void aReportThatTheSpoolDoesNotTakeKeepsTheMailAndAnotherRunNamesOnlyWhoWasNotNamed() throws Exception {
        String[] recipients = IntStream.range(0, 2500).mapToObj(i -> "u" + i + "@example.org").toArray(String[]::new);
        MailImpl mail = mailTo(recipients);
        AtomicInteger asked = new AtomicInteger();
        fixture.refuse = any -> asked.incrementAndGet() == 2;
        NonDeliveryReport mailet = mailet("passThrough", "false");
        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class);
        assertThat(mail.getState()).isEqualTo("local-delivery");
        assertThat(mail.getRecipients()).hasSize(2500);

        mailet.service(mail);
        mailet.service(mail);
        assertThat(fixture.reports).hasSize(3);
        assertThat(fixture.reports).extracting(ParsedReport::name).doesNotHaveDuplicates();
        assertThat(fixture.reports).flatExtracting(ParsedReport::recipients).containsExactly(recipients);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "550 5.1.1 who is that | true | 5.1.1 | smtp; 550 5.1.1 who is that",
        "550 who is that | true | 5.0.0 | smtp; 550 who is that",
        "5.4.6 this server is its own best MX | true | 5.4.6 | x-postlane; 5.4.6 this server is its own best MX",
        "Given up after too many attempts; the last one ended with: 450 4.2.1 busy | false | 4.2.1 | smtp; 450 4.2.1 busy",
        "Given up after too many attempts; the last one ended with: nobody at 192.0.2.4 | false | 4.3.0 "
            + "| x-postlane; Given up after too many attempts; the last one ended with: nobody at 192.0.2.4"})
    void whatARemoteServerHadSaidIsTold(String error, boolean permanent, String status, String diagnostic) throws Exception {
        MailImpl mail = mailTo("joe@elsewhere.example");
        mail.setAttribute(new Attribute(AttributeName.of("delivery-error"), AttributeValue.of(error)));
        mail.setAttribute(new Attribute(AttributeName.of("is-delivery-permanent-error"), AttributeValue.of(permanent)));
        mailet("defaultStatus", "5.3.0").service(mail);

        assertThat(onlyReport().of("joe@elsewhere.example")).containsEntry("Status", status)
            .containsEntry("Diagnostic-Code", diagnostic).doesNotContainKey("Remote-MTA");
    }

    @Test
    void aNoticeOfAProcessorIsToldAndAStackTraceIsNot() throws Exception {
        MailImpl circle = mailTo(ANN);
        circle.setErrorMessage("554 5.4.6 Too many hops");
        mailet("defaultStatus", "5.3.0", "defaultReason", "The server failed.").service(circle);
        MailImpl broken = mailTo(BOB);
        ProcessorUtil.handleException(new MessagingException("jdbc:secret is away"), broken, "org.postlane.mailet.Some", "error",
            LoggerFactory.getLogger(getClass()));
        mailet("defaultStatus", "5.3.0", "defaultReason", "The server failed.").service(broken);

        assertThat(fixture.reports.get(0).of(ANN)).containsEntry("Status", "5.4.6")
            .containsEntry("Diagnostic-Code", "x-postlane; 554 5.4.6 Too many hops");
        assertThat(fixture.reports.get(1).of(BOB)).containsEntry("Status", "5.3.0")
            .containsEntry("Diagnostic-Code", "x-postlane; The server failed.");
        assertThat(fixture.reports.get(1).raw()).doesNotContain("secret", "Exception");
    }

    @Test
    void howMuchComesBackIsTheSendersChoiceAndElseTheAdministrators() throws Exception {
        mailet("attachment", "heads").service(mailTo(ANN));
        mailet("attachment", "heads").service(LocalReportsTest.asking(Map.of(BOB, Notify.FAILURE)));

        assertThat(fixture.reports.get(0).returnedType()).isEqualTo("text/rfc822-headers");
        assertThat(fixture.reports.get(1).returnedType()).isEqualTo("message/rfc822");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "passThrough | perhaps | true or false",
        "defaultStatus | 2.0.0 | an enhanced status code of class 4 or 5",
        "defaultStatus | unknown | an enhanced status code of class 4 or 5",
        "defaultReason | ' ' | words for the sender",
        "attachment | none | message or heads",
        "messageString | Hi | nearest one is"})
    void aValueThatDoesNotFitStopsTheStart(String key, String value, String expected) {
        assertThatThrownBy(() -> mailet(key, value)).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("mailet NonDeliveryReport").hasMessageContaining(key).hasMessageContaining(expected);
    }
}
