// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.lane.TestLanes.EXTERNAL;
import static org.postlane.lane.TestLanes.LOCAL;
import static org.postlane.lane.TestLanes.RELAY;
import static org.postlane.lane.TestLanes.UNKNOWN;
import static org.postlane.lane.TestLanes.VIRTUAL;
import static org.postlane.lane.TestLanes.mail;
import static org.postlane.recipient.TestDirectory.address;

import java.time.Duration;
import java.util.Map;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.lane.TestQueues;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.TestDirectory;

class ClassifyRecipientsTest {
    private final TestQueues queues = new TestQueues();
    private TestDirectory directory;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
    }

    private ClassifyRecipients mailet(String... parameters) throws MessagingException {
        ClassifyRecipients mailet = new ClassifyRecipients(directory.classifier(), directory.relayDomains,
            directory.virtualDomains, queues);
        FakeMailetConfig.Builder config = FakeMailetConfig.builder().mailetName("ClassifyRecipients");
        for (int i = 0; i < parameters.length; i += 2) {
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        mailet.init(config.build());
        return mailet;
    }

    private static void hasType(Mail mail, String recipient, RecipientType type) {
        assertThat(RecipientTypes.get(mail, address(recipient))).contains(type);
    }

    @Test
    void everyRecipientGetsItsType() throws Exception {
        MailImpl mail = mail(LOCAL, VIRTUAL, RELAY, EXTERNAL, UNKNOWN);
        mailet("relayDomains", "relayed.example").service(mail);

        hasType(mail, LOCAL, RecipientType.LOCAL);
        hasType(mail, VIRTUAL, RecipientType.VIRTUAL);
        hasType(mail, RELAY, RecipientType.RELAY);
        hasType(mail, EXTERNAL, RecipientType.EXTERNAL);
        hasType(mail, UNKNOWN, RecipientType.UNKNOWN);
    }

    @Test
    void aTypeFromRcptStandsAndIsNotLookedUpAgain() throws Exception {
        MailImpl mail = mail(LOCAL, EXTERNAL);
        RecipientTypes.set(mail, Map.of(address(LOCAL), RecipientType.LOCAL));
        directory.onLookupOf("example.org", () -> {
            throw new IllegalStateException("looked up again");
        });
        mailet().service(mail);

        hasType(mail, LOCAL, RecipientType.LOCAL);
        hasType(mail, EXTERNAL, RecipientType.EXTERNAL);
        assertThat(directory.lookupsOf("example.org")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTypeThatIsOldOrOfNoKnownAgeIsLookedUpAgain(boolean known) throws Exception {
        MailImpl mail = mail(UNKNOWN);
        RecipientTypes.set(mail, Map.of(address(UNKNOWN), RecipientType.LOCAL));
        AttributeName foundAt = AttributeName.of("postlane-recipient-types-at");
        assertThat(mail.getAttribute(foundAt)).isPresent();
        if (known) {
            mail.setAttribute(new Attribute(foundAt,
                AttributeValue.of(System.currentTimeMillis() - Duration.ofMinutes(11).toMillis())));
        } else {
            mail.removeAttribute(foundAt);
        }
        mailet().service(mail);

        hasType(mail, UNKNOWN, RecipientType.UNKNOWN);
    }

    @Test
    void behindTheRewriteTableAnAddressWithAForwardIsItsMailboxAgain() throws Exception {
        directory.rewriteTable.addForwardMapping(TestDirectory.source("ann"), LOCAL);
        MailImpl mail = mail(LOCAL);
        RecipientTypes.set(mail, Map.of(address(LOCAL), RecipientType.VIRTUAL));
        mailet("mappings", "ignore").service(mail);

        hasType(mail, LOCAL, RecipientType.LOCAL);
    }

    @Test
    void aDirectoryThatDoesNotAnswerSendsTheMailBackToTheSpoolUnmarked() throws Exception {
        directory.fail();
        MailImpl mail = mail(LOCAL);
        mailet().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        Mail returned = queues.memory(MailQueueFactory.SPOOL.asString()).browse().next().getMail();
        assertThat(returned.getState()).isEqualTo("transport");
        assertThat(returned.getRecipients()).containsExactly(address(LOCAL));
        assertThat(returned.getAttribute(Mail.SENT_BY_MAILET_ATTRIBUTE.getName())).isEmpty();

        directory.recover();
        mailet().service(returned);
        hasType(returned, LOCAL, RecipientType.LOCAL);
        assertThat(returned.attributes().map(attribute -> attribute.getName().asString()))
            .containsExactlyInAnyOrder("postlane-recipient-types", "postlane-recipient-types-at");
    }

    @Test
    void whereTheSpoolFailsTooAnExceptionEscapes() throws Exception {
        directory.fail();
        queues.fail("spool");
        MailImpl mail = mail(LOCAL);
        ClassifyRecipients mailet = mailet();

        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class);
        assertThat(mail.getState()).isEqualTo("transport");
    }

    @Test
    void aValueThatDoesNotFitAndAMisspeltParameterStopTheStart() {
        assertThatThrownBy(() -> mailet("mappings", "maybe")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<mappings>maybe").hasMessageContaining("follow or ignore");
        assertThatThrownBy(() -> mailet("relaydomains", "a.example")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<relayDomains>");
    }
}
