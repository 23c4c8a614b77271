// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.recipient.TestDirectory.address;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.james.core.Domain;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.TestDirectory;

class RecipientTypeRcptHookTest {
    private TestDirectory directory;
    private RcptServer server;
    private RcptServer.Client client;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
        directory.relayDomains.declare("mailetcontainer.xml", "relayed.example");
        server = new RcptServer(directory);
    }

    @AfterEach
    void tearDown() throws Exception {
        if (client != null) {
            client.close();
        }
        server.close();
    }

    private void restart(String key, Object value) throws Exception {
        server.close();
        BaseConfiguration parameters = new BaseConfiguration();
        parameters.setProperty("[@class]", "org.postlane.smtpserver.RecipientTypeRcptHook");
        parameters.setProperty(key, value);
        server = new RcptServer(directory, parameters);
    }

    private void open(String sender) throws IOException {
        client = server.connect();
        assertThat(client.mail(sender)).startsWith("250");
    }

    private String rcpt(String recipient) throws IOException {
        if (client == null) {
            open("bob@elsewhere.example");
        }
        return client.rcpt(recipient);
    }

    @Test
    void localAndVirtualRecipientsAreAccepted() throws Exception {
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("team@example.org")).startsWith("250");
        assertThat(rcpt("postmaster@example.org")).startsWith("250");
    }

    @Test
    void aBounceHasTheNullSenderAndIsAccepted() throws Exception {
        open("");
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("bob@relayed.example")).startsWith("250");
        assertThat(rcpt("bob@elsewhere.example")).startsWith("550 5.7.1");
    }

    @Test
    void anUnknownLocalUserIsRefused550EvenFromThoseWhoMayRelay() throws Exception {
        server.relayingAllowed = true;
        assertThat(rcpt("nobody@example.org")).startsWith("550 5.1.1 ").contains("nobody@example.org");
    }

    @Test
    void anErrorMappingAnswersInItsOwnWords() throws Exception {
        assertThat(rcpt("gone@example.org")).isEqualTo("551 5.1.6 moved to bob");
    }

    @Test
    void aTemporaryErrorMappingDefers() throws Exception {
        directory.rewriteTable.addErrorMapping(TestDirectory.source("later"), "450 4.2.1 on leave");
        assertThat(rcpt("later@example.org")).isEqualTo("450 4.2.1 on leave");
    }

    @Test
    void anExternalRecipientWithoutRelayPermissionIsRefused550() throws Exception {
        assertThat(rcpt("bob@elsewhere.example")).startsWith("550 5.7.1 ");
    }

    @Test
    void anExternalRecipientIsRefused530WhereAuthIsOffered() throws Exception {
        server.authAnnounced = true;
        assertThat(rcpt("bob@elsewhere.example")).startsWith("530 5.7.0 ");
    }

    @Test
    void thePostmasterOfAForeignDomainIsNoWayIn() throws Exception {
        assertThat(rcpt("postmaster@elsewhere.example")).startsWith("550 5.7.1 ");
        assertThat(rcpt("abuse@elsewhere.example")).startsWith("550 5.7.1 ");
    }

    @Test
    void anExternalRecipientIsAcceptedFromThoseWhoMayRelay() throws Exception {
        server.relayingAllowed = true;
        assertThat(rcpt("bob@elsewhere.example")).startsWith("250");
    }

    @Test
    void aRelayDomainIsAcceptedFromEveryone() throws Exception {
        assertThat(rcpt("bob@relayed.example")).startsWith("250");
        server.authAnnounced = true;
        assertThat(rcpt("carol@relayed.example")).startsWith("250");
    }

    @Test
    void aMappingInARelayDomainIsAcceptedAndOneInAForeignDomainOpensNothing() throws Exception {
        directory.domainList.addDomain(Domain.of("relayed.example"));
        directory.domainList.addDomain(Domain.of("foreign.example"));
        directory.rewriteTable.addAddressMapping(
            MappingSource.parse("x@relayed.example"), "ann@example.org");
        directory.rewriteTable.addAddressMapping(
            MappingSource.parse("x@foreign.example"), "ann@example.org");
        directory.domainList.removeDomain(Domain.of("relayed.example"));
        directory.domainList.removeDomain(Domain.of("foreign.example"));

        assertThat(rcpt("x@relayed.example")).startsWith("250");
        assertThat(rcpt("x@foreign.example")).startsWith("550 5.7.1 ");
    }

    @Test
    void aRelayDomainIsNoWayAroundTheComparisonOfSenderAndLogin() throws Exception {
        server.relayingAllowed = true;
        open("ann@example.org");
        server.session.setRelayingAllowed(false);

        assertThat(rcpt("bob@relayed.example")).startsWith("530 5.7.0 ");
    }

    @Test
    void aFailureOfTheDirectoryIsAnswered451() throws Exception {
        open("bob@elsewhere.example");
        directory.fail();
        assertThat(rcpt("ann@example.org")).startsWith("451 4.3.0 ");
        directory.recover();
        assertThat(rcpt("ann@example.org")).startsWith("250");
    }

    @Test
    void whileJamesIsStartingOnlyLocalAndVirtualRecipientsAreAccepted() throws Exception {
        server.started = false;
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("team@example.org")).startsWith("250");
        assertThat(rcpt("nobody@example.org")).startsWith("451 4.3.2 ");
        assertThat(rcpt("bob@relayed.example")).startsWith("451 4.3.2 ");
        assertThat(rcpt("bob@elsewhere.example")).startsWith("451 4.3.2 ");
    }

    @Test
    void theTypesOfTheAcceptedRecipientsTravelWithTheMail() throws Exception {
        rcpt("ann@example.org");
        rcpt("bob@relayed.example");
        rcpt("bob@elsewhere.example");
        FakeMail mail = FakeMail.builder().name("mail").recipients("ann@example.org", "bob@relayed.example").build();
        server.hook.onMessage(server.session, mail);

        List<RecipientType> types = new ArrayList<>();
        for (String recipient : List.of("ann@example.org", "bob@relayed.example", "bob@elsewhere.example")) {
            RecipientTypes.get(mail, address(recipient)).ifPresent(types::add);
        }
        assertThat(types).containsExactly(RecipientType.LOCAL, RecipientType.RELAY);
    }

    @Test
    void aRecipientNamedAgainIsAnswered250AndNotAddedOnceMore() throws Exception {
        rcpt("ann@example.org");
        assertThat(rcpt("ANN@Example.ORG")).startsWith("250 2.1.5 ");
        assertThat(rcpt("ann@example.org")).startsWith("250 2.1.5 ");
        assertThat(server.session.getRcptCount()).isEqualTo(1);
    }

    @Test
    void manyRecipientsAreNotSpeltForEachLineThatFollows() throws Exception {
        server.relayingAllowed = true;
        for (int i = 0; i < 12; i++) {
            assertThat(rcpt("user" + i + "@elsewhere.example")).startsWith("250");
        }
        assertThat(server.session.getRcptCount()).isEqualTo(12);
        assertThat(server.session.getAttachment(SMTPSession.RCPT_LIST, State.Transaction)).get().asString()
            .startsWith("[user0@elsewhere.example, ").endsWith("user9@elsewhere.example] and 2 more");
    }

    @Test
    void aRecipientThatWasRefusedIsRefusedAgain() throws Exception {
        assertThat(rcpt("bob@elsewhere.example")).startsWith("550 5.7.1 ");
        assertThat(rcpt("bob@elsewhere.example")).startsWith("550 5.7.1 ");
    }

    @Test
    void aRecipientBeyondTheLimitIsAnswered452AndThoseBeforeStay() throws Exception {
        restart("maxRecipients", 2);
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(rcpt("team@example.org")).startsWith("250");
        assertThat(rcpt("postmaster@example.org")).startsWith("452 4.5.3 ").contains("at most 2");
        assertThat(rcpt("team@example.org")).startsWith("250");
        assertThat(server.session.getRcptCount()).isEqualTo(2);
        client.send("RSET");
        client.mail("bob@elsewhere.example");
        assertThat(rcpt("postmaster@example.org")).startsWith("250");
    }

    @Test
    void aBadLimitAndAMisspeltKeyStopTheStart() {
        assertThatThrownBy(() -> restart("maxRecipients", "many")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("smtpserver.xml").hasMessageContaining("<maxRecipients>many")
            .hasMessageContaining("from 1 to 1000000");
        assertThatThrownBy(() -> restart("maxRecipient", "10")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<maxRecipients>");
    }

    private String mailAs(String user, String sender) throws Exception {
        server.relayingAllowed = true;
        client = server.connect();
        server.session.setUsername(Username.of(user));
        return client.mail(sender);
    }

    @Test
    void whoHasLoggedInMaySendAsTheUserAnAliasAndAnAliasOfTheDomain() throws Exception {
        directory.rewriteTable.addAliasMapping(TestDirectory.source("annie"), "ann@example.org");
        directory.domainList.addDomain(Domain.of("alias.example"));
        directory.rewriteTable.addDomainAliasMapping(MappingSource.fromDomain(Domain.of("alias.example")),
            Domain.of("example.org"));

        assertThat(mailAs("ann@example.org", "Ann@example.org")).startsWith("250");
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(mailAs("ann@example.org", "annie@example.org")).startsWith("250");
        assertThat(rcpt("ann@example.org")).startsWith("250");
        assertThat(mailAs("ann@example.org", "ann@alias.example")).startsWith("250");
        assertThat(rcpt("bob@elsewhere.example")).startsWith("250");
    }

    @Test
    void whoHasLoggedInMaySendAsNobodyElse() throws Exception {
        directory.users.addUser(Username.of("eve@example.org"), "secret");

        assertThat(mailAs("eve@example.org", "ann@example.org")).startsWith("550 5.7.1 ");
        assertThat(mailAs("eve@example.org", "team@example.org")).startsWith("550 5.7.1 ");
        assertThat(mailAs("eve@example.org", "eve@elsewhere.example")).startsWith("550 5.7.1 ");
        assertThat(mailAs("eve@example.org", "")).startsWith("550 5.7.1 ");
        assertThat(rcpt("ann@example.org")).startsWith("503");
    }

    @Test
    void whoLogsInBehindMailIsAskedAboutAtRcpt() throws Exception {
        open("bob@elsewhere.example");
        server.session.setUsername(Username.of("ann@example.org"));
        assertThat(rcpt("ann@example.org")).startsWith("550 5.7.1 ");
    }

    @Test
    void whoHasNotLoggedInMaySendAsNobodyHere() throws Exception {
        client = server.connect();
        assertThat(client.mail("ann@example.org")).startsWith("530 5.7.0 ");
        assertThat(client.mail("bob@elsewhere.example")).startsWith("250");
    }

    @Test
    void aDirectoryThatFailsIsNeitherAPermissionToSendNorARefusal() throws Exception {
        directory.fail();
        client = server.connect();
        assertThat(client.mail("ann@example.org")).startsWith("451 4.3.0 ");
        assertThat(mailAs("ann@example.org", "ann@example.org")).startsWith("451 4.3.0 ");
        directory.recover();
        assertThat(client.mail("ann@example.org")).startsWith("250");
    }

    @Test
    void mappingsInACircleAreRefusedWithTheWayRound() throws Exception {
        directory.rewriteTable.addMapping(TestDirectory.source("a"), org.apache.james.rrt.lib.Mapping.alias("b@example.org"));
        directory.rewriteTable.addMapping(TestDirectory.source("b"), org.apache.james.rrt.lib.Mapping.alias("a@example.org"));

        assertThat(rcpt("a@example.org"))
            .isEqualTo("550 5.4.6 Mappings run in a circle: a@example.org > b@example.org > a@example.org");
    }
}
