// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.lane.TestLanes.EXTERNAL;
import static org.postlane.lane.TestLanes.LOCAL;
import static org.postlane.lane.TestLanes.RELAY;
import static org.postlane.lane.TestLanes.UNKNOWN;
import static org.postlane.lane.TestLanes.VIRTUAL;
import static org.postlane.lane.TestLanes.mail;
import static org.postlane.recipient.TestDirectory.address;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.lane.TestLanes;

class DeliverByTypeTest {
    private static final Attribute KEPT = new Attribute(AttributeName.of("keep"), AttributeValue.of("this"));

    private static final AttributeName AT_ONCE = AttributeName.of("postlane-destinations-at-once");

    private final CountDownLatch release = new CountDownLatch(1);
    private TestLanes lanes;

    @BeforeEach
    void setUp() throws Exception {
        lanes = new TestLanes();
    }

    @AfterEach
    void tearDown() {
        release.countDown();
        lanes.lanes.close();
    }

    private void hold() throws MessagingException {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new MessagingException("interrupted", e);
        }
    }

    private static List<String> recipients(Mail mail) {
        return mail.getRecipients().stream().map(MailAddress::asString).collect(Collectors.toList());
    }

    @Test
    void eachTypeTakesItsOwnLaneInOneMail() throws Exception {
        MailImpl mail = mail(LOCAL, VIRTUAL, RELAY, EXTERNAL, UNKNOWN, "carol@elsewhere.example");
        lanes.mailet().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        lanes.awaitDeliveries("local-delivery[ann@example.org]", "virtual[team@example.org]", "relay[bob@relayed.example]",
            "external[bob@elsewhere.example, carol@elsewhere.example]", "local-address-error[nobody@example.org]");
        await().until(() -> lanes.count("external", "processed") == 1);
        assertThat(lanes.count("external", "handedOver")).isEqualTo(1);
    }

    @Test
    void aPartKeepsWhatBelongsToItsRecipients() throws Exception {
        MailImpl mail = mail(LOCAL, EXTERNAL);
        mail.setRemoteHost("client.example");
        mail.setRemoteAddr("192.0.2.1");
        mail.setAttribute(KEPT);
        mail.addSpecificHeaderForRecipient(Header.builder().name("X-Ann").value("1").build(), address(LOCAL));
        mail.addSpecificHeaderForRecipient(Header.builder().name("X-Bob").value("1").build(), address(EXTERNAL));
        lanes.mailet("localPriority", "9", "externalProcessor", "outbound").service(mail);

        await().until(() -> lanes.deliveries.size() == 2);
        TestLanes.Delivery local = lanes.deliveries.stream()
            .filter(delivery -> delivery.processor.equals("local-delivery")).findFirst().orElseThrow();
        assertThat(local.copy.getMaybeSender().asString()).isEqualTo("sender@elsewhere.example");
        assertThat(local.copy.getRemoteHost()).isEqualTo("client.example");
        assertThat(local.copy.getRemoteAddr()).isEqualTo("192.0.2.1");
        assertThat(local.copy.attributesMap()).containsEntry(KEPT.getName(), KEPT);
        assertThat(local.copy.getAttribute(MailPrioritySupport.MAIL_PRIORITY))
            .contains(MailPrioritySupport.HIGH_PRIORITY_ATTRIBUTE);
        assertThat(local.copy.getPerRecipientSpecificHeaders().getRecipientsWithSpecificHeaders())
            .containsExactly(address(LOCAL));
        assertThat(local.copy.getPerRecipientSpecificHeaders().getHeadersForRecipient(address(LOCAL))).hasSize(1);
        assertThat(local.copy.getMessage().getSubject()).isEqualTo("subject");
        assertThat(lanes.delivered()).contains("outbound[bob@elsewhere.example]");
    }

    @Test
    void noPartIsMarkedAsSentByThisServerWhichWouldOpenRelaying() throws Exception {
        lanes.mailet().service(mail(LOCAL, EXTERNAL));

        await().until(() -> lanes.deliveries.size() == 2);
        assertThat(lanes.deliveries).allMatch(delivery ->
            delivery.copy.getAttribute(Mail.SENT_BY_MAILET_ATTRIBUTE.getName()).isEmpty());
    }

    @Test
    void partsHaveNamesOfTheirOwnAndMailThatWasSplitOftenStillPasses() throws Exception {
        lanes.mailet().service(mail("Mail1" + "-!1234567".repeat(8), List.of(LOCAL, EXTERNAL)));

        await().until(() -> lanes.deliveries.size() == 2);
        List<String> names = lanes.deliveries.stream().map(delivery -> delivery.name).collect(Collectors.toList());
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.length() <= 77 && !name.contains("!"));
    }

    @Test
    void aLaneThatHangsDoesNotDelayTheLocalCopy() throws Exception {
        lanes.onProcessor("external", mail -> hold());
        DeliverByType mailet = lanes.mailet("externalConcurrency", "1");
        for (int i = 0; i < 5; i++) {
            mailet.service(mail("Mail" + i, List.of(LOCAL, EXTERNAL)));
        }

        await().until(() -> lanes.count("local", "processed") == 5);
        assertThat(lanes.count("external", "processed")).isZero();
    }

    @Test
    void aQueueThatHangsDoesNotDelayTheLocalCopy() throws Exception {
        lanes.queues.onEnqueue("lane-external", mail -> release.await());
        DeliverByType mailet = lanes.mailet("externalTimeout", "20 min");
        Thread service = new Thread(() -> assertThatCode(() -> mailet.service(mail(EXTERNAL, LOCAL))).doesNotThrowAnyException());
        service.start();

        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        release.countDown();
        service.join();
        lanes.awaitDeliveries("local-delivery[ann@example.org]", "external[bob@elsewhere.example]");
    }

    @Test
    void aFailedHandOffReturnsToTheSpoolWithTheRemainingRecipients() throws Exception {
        lanes.queues.fail("lane-external");
        MailImpl mail = mail(LOCAL, EXTERNAL);
        lanes.mailet().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        Mail returned = lanes.queues.memory("spool").browse().next().getMail();
        assertThat(recipients(returned)).containsExactly(EXTERNAL);
        assertThat(returned.getState()).isEqualTo("transport");
        assertThat(returned.getAttribute(Mail.SENT_BY_MAILET_ATTRIBUTE.getName())).isEmpty();
        assertThat(lanes.queues.delays).extracting(delay -> delay.toSeconds()).containsExactly(10L);
    }

    @Test
    void aFailedHandOffKeepsOnlyTheRemainingRecipients() throws Exception {
        lanes.queues.fail("lane-external");
        lanes.queues.fail("spool");
        DeliverByType mailet = lanes.mailet();
        MailImpl mail = mail(LOCAL, EXTERNAL);

        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class)
            .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("lane-external is down"));
        assertThat(recipients(mail)).containsExactly(EXTERNAL);
        lanes.awaitDeliveries("local-delivery[ann@example.org]");

        // What the spooler does with a mail from which an exception escapes.
        mail.setRecipients(List.of(address(LOCAL), address(EXTERNAL)));
        lanes.queues.recover("lane-external");
        mailet.service(mail);
        lanes.awaitDeliveries("local-delivery[ann@example.org]", "external[bob@elsewhere.example]");
    }

    @Test
    void aCopyOfAMailThatWasPartlyHandedOverGoesToEverybody() throws Exception {
        lanes.queues.fail("lane-external");
        lanes.queues.fail("spool");
        DeliverByType mailet = lanes.mailet();
        MailImpl mail = mail(LOCAL, EXTERNAL);
        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class);

        Mail bounce = mail.duplicate();
        bounce.setRecipients(List.of(address(LOCAL)));
        mailet.service(bounce);
        lanes.awaitDeliveries("local-delivery[ann@example.org]", "local-delivery[ann@example.org]");
    }

    @Test
    void aHandOffThatSucceedsAfterItsTimeoutIsNotRepeated() throws Exception {
        lanes.queues.onEnqueue("lane-external", mail -> release.await());
        DeliverByType mailet = lanes.mailet("externalTimeout", "100 ms");
        mailet.service(mail(LOCAL, EXTERNAL));
        assertThat(lanes.queues.memory("spool").getSize()).isEqualTo(1);

        release.countDown();
        mailet.service(lanes.queues.memory("spool").browse().next().getMail());
        lanes.awaitDeliveries("local-delivery[ann@example.org]", "external[bob@elsewhere.example]");
        assertThat(lanes.count("external", "handedOver")).isEqualTo(1);
        assertThat(lanes.queues.memory("lane-external").getSize()).isZero();
    }

    @Test
    void aMailThatKeepsFailingLeavesTheSpoolWithAnException() throws Exception {
        lanes.queues.fail("lane-external");
        DeliverByType mailet = lanes.mailet();
        MailImpl mail = mail(EXTERNAL);
        for (int i = 0; i < 12; i++) {
            mailet.service(mail);
            mail.setState("transport");
        }

        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class);
        assertThat(recipients(mail)).containsExactly(EXTERNAL);
    }

    @Test
    void mailInACircleIsNotHandedOverForever() throws Exception {
        DeliverByType mailet = lanes.mailet();
        lanes.queues.fail("spool");
        lanes.onProcessor("virtual", mail -> mailet.service(mail));
        mailet.service(mail(VIRTUAL));

        await().until(() -> lanes.count("virtual", "failed") > 0);
        assertThat(lanes.count("virtual", "handedOver")).isEqualTo(100);
    }

    @Test
    void aFailureOfTheDirectoryReturnsTheMailToTheSpool() throws Exception {
        lanes.directory.fail();
        MailImpl mail = mail(LOCAL, EXTERNAL);
        lanes.mailet().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(recipients(lanes.queues.memory("spool").browse().next().getMail())).containsExactly(LOCAL, EXTERNAL);
    }

    @Test
    void partsForOtherServersSayToHowManyDestinationsTheyMayGoAtOnce() throws Exception {
        MailImpl mail = mail(LOCAL, RELAY, EXTERNAL);
        mail.setAttribute(new Attribute(AT_ONCE, AttributeValue.of(999)));
        lanes.mailet("relayDestinationsAtOnce", "7").service(mail);

        await().until(() -> lanes.deliveries.size() == 3);
        assertThat(lanes.deliveries).allSatisfy(delivery -> assertThat(delivery.copy.getAttribute(AT_ONCE)
                .map(attribute -> attribute.getValue().value()))
            .isEqualTo(Optional.ofNullable(Map.of("relay", 7, "external", 20).get(delivery.processor))));
    }

    @Test
    void aLimitThatMeansNothingForATypeIsNoParameterOfIt() {
        for (String key : List.of("virtualRecipientsInFlight", "relayRecipientsInFlight", "localDestinationsAtOnce",
                "unknownDestinationsAtOnce")) {
            assertThatThrownBy(() -> lanes.mailet(key, "3")).isInstanceOf(ConfigurationError.class).hasMessageContaining(key);
        }
        assertThatThrownBy(() -> lanes.mailet("localRecipientsInFlight", "0")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("from 1 to 1000");
        assertThatThrownBy(() -> lanes.mailet("externalDestinationsAtOnce", "1001")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("from 1 to 1000");
    }

    @Test
    void theProcessorsOfAllLanesAreRequired() throws Exception {
        assertThat(lanes.mailet("relayProcessor", "forward").requiredProcessingState())
            .extracting(state -> state.getValue())
            .containsExactlyInAnyOrder("local-delivery", "virtual", "forward", "external", "local-address-error");
    }

    @Test
    void twoDeclarationsOfOneLaneThatDifferStopTheStart() throws Exception {
        lanes.mailet("localConcurrency", "3");

        assertThatThrownBy(() -> lanes.mailet("localConcurrency", "4")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<localConcurrency>4").hasMessageContaining("<localConcurrency>3")
            .hasMessageContaining("mailetcontainer.xml, mailet DeliverByType");
    }

    @Test
    void aSecondDeclarationMayLeaveSettingsOutOrRepeatThem() throws Exception {
        lanes.mailet("localConcurrency", "3", "localTimeout", "1 min");

        assertThatCode(() -> lanes.mailet()).doesNotThrowAnyException();
        assertThatCode(() -> lanes.mailet("localTimeout", "60 s")).doesNotThrowAnyException();
    }

    @Test
    void aMisspeltParameterStopsTheStartAndNamesTheParameter() {
        assertThatThrownBy(() -> lanes.mailet("localConcurency", "3")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("localConcurency").hasMessageContaining("<localConcurrency>");
        assertThatThrownBy(() -> lanes.mailet("relayPriority", "10")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("relayPriority").hasMessageContaining("from 0 to 9");
    }

    @Test
    void mailThatComesAfterTheEndIsInItsQueuesAndRunsAfterTheRestart() throws Exception {
        DeliverByType ended = lanes.mailet();
        ended.destroy();
        MailImpl mail = mail(LOCAL, EXTERNAL);
        ended.service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(lanes.queues.memory("spool").getSize()).isZero();
        assertThat(lanes.deliveries).isEmpty();
        DeliverByType restarted = lanes.mailet();
        lanes.awaitDeliveries("local-delivery[ann@example.org]", "external[bob@elsewhere.example]");
        restarted.destroy();
    }
}
