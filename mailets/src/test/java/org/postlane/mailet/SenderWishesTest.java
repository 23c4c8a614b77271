// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.junit.jupiter.api.Test;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.Recipient;
import org.postlane.testing.SmtpServer;

/** What of a James mail becomes a parameter of MAIL or RCPT. */
class SenderWishesTest {
    private static final String[] BOUNCING = {"bounceProcessor", "failed"};

    /** What James makes of {@code RCPT TO:<…> ORCPT=rfc822;…}: it keeps the address encoded. */
    private static RecipientDsnParameters asReadFrom(String orcpt) {
        return RecipientDsnParameters.fromSMTPArgLine(Map.of("ORCPT", orcpt)).orElseThrow();
    }

    @Test
    void anOriginalRecipientGoesOnAsItCame() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "DSN").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            MailImpl mail = Delivery.mail("mail", "x@a.test", "y@a.test", "z@a.test");
            mail.setDsnParameters(DsnParameters.builder().rcptParameters(ImmutableMap.of(
                new MailAddress("x@a.test"), asReadFrom("rfc822;first+2Blist@b.test"),
                new MailAddress("y@a.test"), asReadFrom("rfc822;first+3Dlist@b.test"),
                new MailAddress("z@a.test"), RecipientDsnParameters.of(new MailAddress("first+list@b.test"))))
                .build().orElseThrow());
            delivery.send(mail);
            delivery.settled();
            assertThat(server.received().get(0).recipients()).containsExactlyInAnyOrder(
                new Recipient("x@a.test", "ORCPT=rfc822;first+2Blist@b.test"),
                new Recipient("y@a.test", "ORCPT=rfc822;first+3Dlist@b.test"),
                new Recipient("z@a.test", "ORCPT=rfc822;first+2Blist@b.test"));
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void anEnvelopeIdentifierThatIsNoneIsLeftOutAndTheMailGoes() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("DSN").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            MailImpl mail = Delivery.mail("mail", "x@a.test");
            mail.setDsnParameters(DsnParameters.builder().envId(DsnParameters.EnvId.of("a+0D+0ADATA")).ret(DsnParameters.Ret.FULL)
                .build().orElseThrow());
            delivery.send(mail);
            delivery.settled();
            assertThat(server.received()).extracting(ReceivedMail::mailParameters).containsExactly("RET=FULL");
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void anAddressBeyondAsciiCostsOnlyItselfWhereSmtpUtf8IsNotOffered() throws Exception {
        MailAddress unicode = new MailAddress("\"j\u00f6rg\"@a.test");
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(BOUNCING);
            MailImpl mail = Delivery.mail("mail", "x@a.test");
            mail.setRecipients(List.of(new MailAddress("x@a.test"), unicode));
            delivery.send(mail);
            delivery.send(toOnly(unicode));
            delivery.settled(2);
            assertThat(server.received()).hasSize(1).first()
                .satisfies(received -> assertThat(received.recipientAddresses()).containsExactly("x@a.test"));
            assertThat(delivery.context.sentTo("failed")).hasSize(2).allSatisfy(failed -> {
                assertThat(failed.recipients()).containsExactly(unicode.asString());
                assertThat((String) failed.attributes().get("delivery-error")).startsWith("5.6.7 ");
            });
            assertThat(server.violations()).isEmpty();
        }
    }

    private static MailImpl toOnly(MailAddress recipient) throws Exception {
        MailImpl mail = Delivery.mail("only", "x@a.test");
        mail.setRecipients(List.of(recipient));
        return mail;
    }

    @Test
    void anAddressBeyondAsciiIsDeliveredWhereSmtpUtf8IsOffered() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "SMTPUTF8", "8BITMIME").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send(toOnly(new MailAddress("\"j\u00f6rg\"@a.test")));
            delivery.settled();
            assertThat(server.received()).hasSize(1).first().satisfies(received -> {
                assertThat(received.recipientAddresses()).containsExactly("\"j\u00f6rg\"@a.test");
                assertThat(received.mailParameters()).isEqualTo("SMTPUTF8");
            });
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void thePlaceInJamesQueuesIsNoPriorityForOthers() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("MT-PRIORITY").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            MailImpl mail = Delivery.mail("mail", "x@a.test");
            mail.setAttribute(MailPrioritySupport.HIGH_PRIORITY_ATTRIBUTE);
            delivery.send(mail);
            delivery.settled();
            assertThat(server.received()).extracting(ReceivedMail::mailParameters).containsExactly("");
        }
    }
}
