// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.recipient.TestDirectory.address;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.rrt.api.RecipientRewriteTableException;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.RecipientRewriteTable;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.local.LocalFixture;
import reactor.core.publisher.Flux;

/** What becomes of the wishes for an alias or a group (RFC 3461 5.2.7), and of the mail where they cannot be looked up. */
class RewriteRecipientsTest {
    private static final String ANN = "ann@example.org";
    private static final String BOB = "bob@example.org";

    private final Set<Object> away = new HashSet<>();
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
        return fixture.init(new RewriteRecipients(asked(), fixture.lanes.directory.domainList, fixture.lanes.queues),
            "errorProcessor", "rrt-error");
    }

    /** James' table in memory, whose database is away for some users. */
    private org.apache.james.rrt.api.RecipientRewriteTable asked() {
        Class<?> type = org.apache.james.rrt.api.RecipientRewriteTable.class;
        return (org.apache.james.rrt.api.RecipientRewriteTable) Proxy.newProxyInstance(type.getClassLoader(),
            new Class<?>[] {type}, (proxy, method, arguments) -> {
                if (arguments != null && away.contains(arguments[0])) {
                    throw new RecipientRewriteTableException("Error while retrieve mappings");
                }
                try {
                    return method.invoke(fixture.lanes.directory.rewriteTable, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    private Mail fromSpool() {
        assertThat(fixture.lanes.queues.delays).as("returns").isNotEmpty();
        return Flux.from(fixture.lanes.queues.memory("spool").deQueue()).blockFirst().getMail();
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
    void whatAMappingMakesNoAddressOfIsInError() throws Exception {
        fixture.lanes.directory.rewriteTable.addRegexMapping(at("odd"), "(.*)@(.*):.${1}..x@example.org");
        MailImpl mail = LocalFixture.mailTo("odd@example.org", ANN);

        ours().service(mail);

        assertThat(mail.getRecipients()).containsExactly(address(ANN));
        assertThat(fixture.sent).singleElement()
            .satisfies(sent -> assertThat(sent.recipients()).containsExactly("odd@example.org"));
    }

    @Test
    void anAddressThatNoUserCanHaveStaysAndHoldsUpNobody() throws Exception {
        MailImpl mail = LocalFixture.mailTo("info@example.org");
        MailAddress quoted = new MailAddress("\"a@b\"", "example.org");
        mail.setRecipients(List.of(address("info@example.org"), quoted));

        ours().service(mail);

        assertThat(mail.getRecipients()).containsExactlyInAnyOrder(address(ANN), quoted);
    }

    @Test
    void whatWasSentIsNotSentAgainWhereTheLaneFailsBehindIt() throws Exception {
        MailImpl mail = LocalFixture.mailTo("outside@example.org", "closed@example.org", ANN);
        List<MailAddress> recipients = List.copyOf(mail.getRecipients());
        RewriteRecipients ours = ours();
        ours.service(mail);
        int sent = fixture.sent.size();
        mail.setRecipients(recipients);

        ours.service(mail);

        assertThat(sent).isEqualTo(2);
        assertThat(fixture.sent).hasSize(sent);
        assertThat(mail.getRecipients()).containsExactly(address(ANN));
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
    void whoIsInErrorAfterTheMailWasProcessedAgainIsKeptUnderAnotherNameThanBefore() throws Exception {
        MailImpl mail = LocalFixture.mailTo("closed@example.org");
        mail.setAttribute(new Attribute(AttributeName.of("mailRepository-reprocessing"), AttributeValue.of(3)));
        ours().service(mail);

        assertThat(fixture.copies).singleElement().satisfies(copy -> assertThat(copy.getAttribute(
            AttributeName.of("mailRepository-reprocessing")).orElseThrow().getValue().value()).isEqualTo(3));
    }

    @Test
    void aTableThatCannotBeReadForOneRecipientIsWaitedForAndNothingHasLeft() throws Exception {
        away.add("info");
        MailImpl mail = LocalReportsTest.asking(ImmutableMap.of("outside@example.org", Notify.FAILURE,
            "closed@example.org", Notify.FAILURE, "info@example.org", Notify.FAILURE));
        DsnParameters before = mail.dsnParameters().orElseThrow();
        RewriteRecipients mailet = ours();
        mailet.service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(fixture.sent).isEmpty();
        Mail returned = fromSpool();
        assertThat(returned.getState()).isEqualTo("local-delivery");
        assertThat(returned.getRecipients()).containsExactlyInAnyOrder(address("outside@example.org"),
            address("closed@example.org"), address("info@example.org"));
        assertThat(returned.dsnParameters()).contains(before);

        away.clear();
        mailet.service(returned);
        assertThat(returned.getRecipients()).containsExactly(address(ANN));
        assertThat(returned.attributes()).extracting(attribute -> attribute.getName().asString())
            .noneMatch(name -> name.startsWith("postlane-rewrite"));
        assertThat(fixture.sent).extracting(sent -> sent.state() + sent.recipients()).containsExactly(
            "root[joe@elsewhere.example]", "rrt-error[closed@example.org]");
        assertThat(fixture.sent).allSatisfy(sent -> assertThat(sent.attributes()).noneMatch(name -> name.contains("returns")));
        // The reason why this is here: the sender is told that the address leads nowhere.
        away.add("info");
        fixture.sent.clear();
        fixture.init(new RecipientRewriteTable(asked(), fixture.lanes.directory.domainList))
            .service(LocalFixture.mailTo("info@example.org"));
        assertThat(fixture.sent).extracting(sent -> sent.state() + sent.recipients())
            .containsExactly("error[info@example.org]");
    }

    @Test
    void domainsThatCannotBeLookedUpAreWaitedFor() throws Exception {
        fixture.lanes.directory.fail();
        MailImpl mail = LocalFixture.mailTo("outside@example.org");
        ours().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(fixture.sent).isEmpty();
        assertThat(fromSpool().getRecipients()).containsExactly(address("outside@example.org"));
    }

    @Test
    void aCopyThatTheSpoolDoesNotTakeIsNotLostAndTheOthersAreNotRepeated() throws Exception {
        group("everybody", "jim@elsewhere.example", ANN);
        fixture.refuse = mail -> mail.getRecipients().contains(address("jim@elsewhere.example"));
        MailImpl mail = LocalReportsTest.asking(ImmutableMap.of("outside@example.org", Notify.FAILURE,
            "everybody@example.org", Notify.FAILURE));
        DsnParameters before = mail.dsnParameters().orElseThrow();
        RewriteRecipients mailet = ours();
        mailet.service(mail);

        Mail returned = fromSpool();
        assertThat(returned.getRecipients())
            .containsExactlyInAnyOrder(address("outside@example.org"), address("everybody@example.org"));
        assertThat(returned.dsnParameters()).contains(before);
        fixture.refuse = any -> false;
        mailet.service(returned);
        assertThat(returned.getRecipients()).containsExactly(address(ANN));
        assertThat(fixture.sent).extracting(LocalFixture.Sent::recipients)
            .containsExactlyInAnyOrder(List.of("joe@elsewhere.example"), List.of("jim@elsewhere.example"));
    }

    @Test
    void whereTheSpoolTakesNothingTheMailIsAsItWasAndAnExceptionSaysSo() throws Exception {
        fixture.refuse = any -> true;
        fixture.lanes.queues.fail("spool");
        MailImpl mail = LocalReportsTest.asking(ImmutableMap.of("info@example.org", Notify.FAILURE,
            "closed@example.org", Notify.FAILURE));
        DsnParameters before = mail.dsnParameters().orElseThrow();
        RewriteRecipients mailet = ours();
        assertThatThrownBy(() -> mailet.service(mail)).hasRootCauseMessage("The spool is away");

        assertThat(mail.getName()).isEqualTo("Mail1");
        assertThat(mail.getState()).isEqualTo("local-delivery");
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
