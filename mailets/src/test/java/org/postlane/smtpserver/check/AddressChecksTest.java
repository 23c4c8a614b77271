// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.recipient.TestDirectory;
import org.postlane.route.dns.MailDns;
import org.postlane.route.dns.Resolvers;
import org.postlane.smtpserver.HandlerServer;
import org.postlane.smtpserver.Rejection.Reason;
import org.postlane.smtpserver.Rejections;
import org.postlane.testing.dns.DnsFault;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.dns.HeldAnswers;

/** What is asked of senders and recipients at each level, over a socket. */
class AddressChecksTest {
    private static final String LABEL_63 = "d".repeat(63);
    private static final String LONG_DOMAIN = LABEL_63 + "." + LABEL_63 + "." + LABEL_63 + "." + "d".repeat(55) + ".test";

    private final RecordingMetricFactory metrics = new RecordingMetricFactory();
    private final DnsServer dnsServer = DnsServer.start();
    private final MailDns dns = Resolvers.at(List.of(dnsServer.address()));
    private HandlerServer server;
    private HandlerServer.Client client;

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
        dnsServer.close();
    }

    private void start(String element) throws Exception {
        AddressChecks checks = new AddressChecks(new Rejections(metrics), dns, TestDirectory.create().domainList);
        checks.init(HandlerServer.element(element + "<trustedNetworks>127.0.0.9</trustedNetworks>"));
        server = HandlerServer.with(metrics, checks);
        client = server.from("127.0.0.2").greeted();
    }

    private String mail(String sender) throws Exception {
        String reply = client.mail(sender);
        assertThat(client.send("RSET")).startsWith("250");
        return reply;
    }

    private String rcpt(String recipient) throws Exception {
        assertThat(client.mail("")).startsWith("250");
        String reply = client.rcpt(recipient);
        assertThat(client.send("RSET")).startsWith("250");
        return reply;
    }

    @Test
    void whoHasToLogInIsNotAskedAboutBefore() throws Exception {
        AddressChecks checks = new AddressChecks(new Rejections(metrics), dns, TestDirectory.create().domainList);
        checks.init(HandlerServer.element("<sender>domain</sender><trustedNetworks>none</trustedNetworks>"));
        RequireAuth login = new RequireAuth(new Rejections(metrics));
        login.init(HandlerServer.element("<trustedNetworks>127.0.0.9</trustedNetworks>"));
        server = HandlerServer.with(metrics, login, checks);
        client = server.from("127.0.0.2").greeted();
        assertThat(client.mail("ann@nowhere.test")).startsWith("530 5.7.0 ");
        assertThat(dnsServer.queries()).isZero();
        try (HandlerServer.Client spared = server.from("127.0.0.9").greeted()) {
            assertThat(spared.mail("ann@nowhere.test")).startsWith("550 5.1.8 ");
        }
        assertThat(dnsServer.queries()).isPositive();
    }

    @Test
    void lengthsEndWhereRfc5321EndsThem() throws Exception {
        start("");
        assertThat(mail("l".repeat(64) + "@example.org")).startsWith("250");
        assertThat(mail("l".repeat(65) + "@example.org")).startsWith("501 5.1.7 Local part too long");
        assertThat(rcpt("l".repeat(65) + "@example.org")).startsWith("501 5.1.3 Local part too long");
        assertThat(LONG_DOMAIN).hasSize(252);
        assertThat(mail("l@" + LONG_DOMAIN)).startsWith("250");
        assertThat(mail("ll@" + LONG_DOMAIN)).startsWith("501 5.1.7 Path too long");
        assertThat(server.refused(Reason.SENDER_SYNTAX)).isEqualTo(2);
        assertThat(server.refused(Reason.RECIPIENT_SYNTAX)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\ b@example.org", "a\\@b@example.org", "\"a\u0001b\"@example.org"})
    void whatJamesReadsAndRfc5321DoesNotIsAnswered553(String address) throws Exception {
        start("");
        assertThat(mail(address)).startsWith("553 5.1.7 ");
        assertThat(rcpt(address)).startsWith("553 5.1.3 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann@example.org", "a.n+n=!#$%&'*/?^_`{|}~-@example.org", "\"a b\"@example.org",
        "ann@[192.0.2.1]", "ann@localhost", "ann@x--y.example"})
    void syntaxTakesWhatRfc5321Has(String address) throws Exception {
        start("");
        assertThat(mail(address)).startsWith("250");
        assertThat(rcpt(address)).startsWith("250");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a b\"@example.org", "ann@[192.0.2.1]", "ann@localhost"})
    void strictTakesWhatMailOfTheInternetHas(String address) throws Exception {
        start("<sender>strict</sender><recipient>strict</recipient>");
        assertThat(mail(address)).startsWith("553 5.1.7 ");
        assertThat(rcpt(address)).startsWith("553 5.1.3 ");
        assertThat(mail("ann@sub-1.xn--mnchen-3ya.example")).startsWith("250");
        assertThat(rcpt("postmaster@localhost")).startsWith("250");
    }

    @Test
    void strictCanBeToldToTakeLiteralsAndQuotes() throws Exception {
        start("<sender>strict</sender><allowAddressLiterals>true</allowAddressLiterals>"
            + "<allowQuotedLocalParts>true</allowQuotedLocalParts>");
        assertThat(mail("ann@[192.0.2.1]")).startsWith("250");
        assertThat(mail("\"a b\"@example.org")).startsWith("250");
        assertThat(mail("ann@localhost")).startsWith("553 ");
    }

    @Test
    void noneAsksForNothingMoreThanJames() throws Exception {
        start("<sender>none</sender><recipient>none</recipient>");
        assertThat(mail("l".repeat(65) + "@example.org")).startsWith("250");
        assertThat(rcpt("a\\ b@example.org")).startsWith("250");
    }

    @Test
    void aSendersDomainNeedsAMailServerOrAnAddress() throws Exception {
        dnsServer.mx("mx.test", 10, "mail.mx.test").a("only-a.test", "127.1.0.1").aaaa("only-aaaa.test", "2001:db8:0:0:0:0:0:1")
            .exists("bare.test").nullMx("null.test").a("null.test", "127.1.0.1");
        start("<sender>domain</sender>");
        assertThat(mail("ann@mx.test")).startsWith("250");
        assertThat(mail("ann@only-a.test")).startsWith("250");
        assertThat(mail("ann@only-aaaa.test")).startsWith("250");
        assertThat(mail("ann@bare.test")).startsWith("550 5.1.8 Domain bare.test has neither");
        assertThat(mail("ann@nowhere.test")).startsWith("550 5.1.8 Domain nowhere.test does not exist");
        assertThat(mail("ann@null.test")).startsWith("550 5.7.27 ");
        assertThat(mail("")).as("a bounce").startsWith("250");
        assertThat(mail("ann@localhost")).as("domain is strict, too").startsWith("553 5.1.7 ");
        assertThat(rcpt("bob@nowhere.test")).startsWith("250");
        assertThat(server.refused(Reason.SENDER_DOMAIN)).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"SERVFAIL", "REFUSED", "LAME", "SILENCE"})
    void whatDnsDoesNotSayNowIsATemporaryRefusal(DnsFault fault) throws Exception {
        dnsServer.mx("a.test", 10, "mail.a.test").fail("a.test", fault).exists("b.test").fail("b.test", "A", fault);
        start("<sender>domain</sender><dnsTimeout>300 ms</dnsTimeout>");
        assertThat(mail("ann@a.test")).startsWith("451 4.4.3 ");
        assertThat(mail("ann@b.test")).startsWith("451 4.4.3 ");
        assertThat(server.refused(Reason.DNS_FAILURE)).isEqualTo(2);
    }

    @Test
    void dnsThatIsSlowHoldsUpNoOtherConnectionAndKeepsTheOrder() throws Exception {
        HeldAnswers held = dnsServer.hold("slow.test");
        dnsServer.mx("a.test", 10, "mail.a.test");
        start("<sender>domain</sender>");
        client.pipeline("MAIL FROM:<ann@slow.test>", "NOOP", "MAIL FROM:<ann@a.test>", "RCPT TO:<bob@example.org>");
        await().until(() -> held.waiting() > 0);
        try (HandlerServer.Client other = server.from("127.0.0.3").greeted()) {
            assertThat(other.mail("ann@a.test")).startsWith("250");
        }
        held.release();
        assertThat(client.reply()).startsWith("550 5.1.8 ");
        assertThat(client.reply()).startsWith("250 2.0.0");
        assertThat(client.reply()).startsWith("250 2.1.0");
        assertThat(client.reply()).startsWith("250 2.1.5");
    }

    @Test
    void whoHasLoggedInAndWhoIsTrustedNeedsNoDomainInDns() throws Exception {
        start("<sender>domain</sender>");
        try (HandlerServer.Client trusted = server.from("127.0.0.9").greeted()) {
            assertThat(trusted.mail("ann@nowhere.test")).startsWith("250");
            assertThat(client.asUser("ann@example.org").mail("ann@nowhere.test")).startsWith("250");
        }
        assertThat(dnsServer.queries("nowhere.test")).isZero();
    }

    @Test
    void aLevelThatDoesNotExistStopsTheStart() {
        assertThatThrownBy(() -> start("<sender>strictest</sender>")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("handler AddressChecks: <sender>strictest</sender>: expected none, syntax, strict, domain");
        assertThatThrownBy(() -> start("<recipient>domain</recipient>")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("expected none, syntax, strict");
    }
}
