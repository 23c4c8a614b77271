// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.recipient.TestDirectory.address;

import java.util.EnumSet;
import java.util.Map;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.RecipientRewriteTable;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.local.LocalFixture;

/** What becomes of the wishes for an alias or a group (RFC 3461 5.2.7). */
class RewriteRecipientsTest {
    private static final String ANN = "ann@example.org";
    private static final String BOB = "bob@example.org";

    private LocalFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LocalFixture();
        group("sales", ANN, BOB);
        group("info", ANN);
        group("outside", "joe@elsewhere.example");
        fixture.lanes.directory.rewriteTable.addErrorMapping(at("closed"), "551 5.1.6 moved");
        fixture.lanes.directory.rewriteTable.addErrorMapping(at("shut"), "551 5.1.6 moved");
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private static MappingSource at(String user) {
        return MappingSource.fromUser(user, Domain.of("example.org"));
    }

    private void group(String name, String... members) throws Exception {
        for (String member : members) {
            fixture.lanes.directory.rewriteTable.addGroupMapping(at(name), member);
        }
    }

    private RewriteRecipients ours() throws Exception {
        return fixture.init(new RewriteRecipients(fixture.lanes.directory.rewriteTable, fixture.lanes.directory.domainList),
            "errorProcessor", "rrt-error");
    }

    private RecipientRewriteTable stock() throws Exception {
        return fixture.init(new RecipientRewriteTable(fixture.lanes.directory.rewriteTable, fixture.lanes.directory.domainList));
    }

    private static Map<MailAddress, RecipientDsnParameters> wishesIn(Mail mail) {
        return mail.dsnParameters().orElseThrow().getRcptParameters();
    }

    @Test
    void whoStandsBehindTwoAliasesGetsOneCopyWithWhatEitherWishSays() throws Exception {
        Map<String, Notify> wishes = ImmutableMap.of("sales@example.org", Notify.NEVER, "info@example.org", Notify.SUCCESS);
        MailImpl mail = LocalReportsTest.asking(wishes);
        ours().service(mail);

        assertThat(mail.getRecipients()).containsExactlyInAnyOrder(address(ANN), address(BOB));
        assertThat(mail.getName()).isEqualTo("Mail1");
        assertThat(mail.getState()).isEqualTo("local-delivery");
        assertThat(wishesIn(mail)).hasSize(2)
            .containsEntry(address(ANN), RecipientDsnParameters.of(EnumSet.of(Notify.SUCCESS),
                new MailAddress("first+2Bsales@example.org")))
            .containsEntry(address(BOB), RecipientDsnParameters.of(EnumSet.of(Notify.NEVER),
                new MailAddress("first+2Bsales@example.org")));
        assertThat(mail.dsnParameters().orElseThrow().getEnvIdParameter()).isPresent();
        // The reason why this is here.
        MailImpl withStock = LocalReportsTest.asking(wishes);
        RecipientRewriteTable stock = stock();
        assertThatThrownBy(() -> stock.service(withStock)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whereOneOfTwoWishesIsSilentFailuresAreTold() throws Exception {
        MailImpl mail = LocalFixture.mailTo("sales@example.org", "info@example.org");
        mail.setDsnParameters(DsnParameters.builder()
            .addRcptParameter(address("sales@example.org"), RecipientDsnParameters.of(EnumSet.of(Notify.SUCCESS)))
            .addRcptParameter(address("info@example.org"), RecipientDsnParameters.of(address("x@y.example")))
            .build().orElseThrow());
        ours().service(mail);

        assertThat(wishesIn(mail)).containsEntry(address(ANN),
            RecipientDsnParameters.of(EnumSet.of(Notify.SUCCESS, Notify.FAILURE, Notify.DELAY), address("x@y.example")));
    }

    @Test
    void neverDoesNotSilenceARecipientWithoutWishesInEitherOrder() throws Exception {
        for (boolean silentFirst : new boolean[] {false, true}) {
            MailImpl mail = silentFirst ? LocalFixture.mailTo("info@example.org", "sales@example.org")
                : LocalFixture.mailTo("sales@example.org", "info@example.org");
            mail.setDsnParameters(DsnParameters.builder()
                .addRcptParameter(address("sales@example.org"), RecipientDsnParameters.of(EnumSet.of(Notify.NEVER)))
                .build().orElseThrow());
            ours().service(mail);

            assertThat(wishesIn(mail)).hasSize(2)
                .containsEntry(address(ANN), RecipientDsnParameters.of(EnumSet.of(Notify.FAILURE, Notify.DELAY)))
                .containsEntry(address(BOB), RecipientDsnParameters.of(EnumSet.of(Notify.NEVER)));
        }
    }

    @Test
    void targetsElsewhereAndMappingsThatLeadNowhereLeaveAsWithStockInOneErrorMail() throws Exception {
        MailImpl mail = LocalReportsTest.asking(ImmutableMap.of("outside@example.org", Notify.FAILURE,
            "closed@example.org", Notify.FAILURE, "shut@example.org", Notify.FAILURE));
        ours().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(mail.getRecipients()).isEmpty();
        assertThat(fixture.sent).extracting(LocalFixture.Sent::name).doesNotHaveDuplicates();
        assertThat(fixture.sent).extracting(sent -> sent.state() + sent.recipients()).containsExactly(
            "root[joe@elsewhere.example]", "rrt-error[closed@example.org, shut@example.org]");
        assertThat(fixture.sent.get(1).name()).isEqualTo("Mail1");
    }

    @Test
    void aMailThatCannotBeRewrittenNowIsAsItWas() throws Exception {
        fixture.refuse = any -> true;
        MailImpl mail = LocalReportsTest.asking(ImmutableMap.of("info@example.org", Notify.FAILURE,
            "closed@example.org", Notify.FAILURE));
        DsnParameters before = mail.dsnParameters().orElseThrow();
        RewriteRecipients mailet = ours();
        assertThatThrownBy(() -> mailet.service(mail)).hasMessageContaining("The spool is away");

        assertThat(mail.getName()).isEqualTo("Mail1");
        assertThat(mail.getRecipients()).containsExactly(address("info@example.org"), address("closed@example.org"));
        assertThat(mail.dsnParameters()).contains(before);
    }

    @Test
    void mailWithoutWishesIsRewrittenByStockAtOnce() throws Exception {
        MailImpl mail = LocalFixture.mailTo("sales@example.org", "info@example.org", "closed@example.org", "shut@example.org");
        ours().service(mail);

        assertThat(mail.getRecipients()).containsExactlyInAnyOrder(address(ANN), address(BOB));
        assertThat(fixture.sent).singleElement()
            .satisfies(sent -> assertThat(sent.recipients()).containsExactly("closed@example.org", "shut@example.org"));
    }
}
