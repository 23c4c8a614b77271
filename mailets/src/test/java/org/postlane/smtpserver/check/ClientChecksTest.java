// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.google.common.net.InetAddresses;
import org.apache.james.core.MaybeSender;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.route.dns.MailDns;
import org.postlane.route.dns.Resolvers;
import org.postlane.smtpserver.HandlerServer;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Rejection.Reason;
import org.postlane.smtpserver.Rejections;
import org.postlane.testing.dns.DnsFault;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.dns.HeldAnswers;

/** DNS lists and reverse DNS, with a name server and clients on loopback. */
class ClientChecksTest {
    private static final String LISTED = "198.51.100.7";
    private static final String LISTED_NAME = "7.100.51.198.bl.test";

    private final RecordingMetricFactory metrics = new RecordingMetricFactory();
    private final Rejections rejections = new Rejections(metrics);
    private final DnsServer dnsServer = DnsServer.start();
    private final MailDns dns = Resolvers.at(List.of(dnsServer.address()));
    private final AtomicLong nanos = new AtomicLong();
    private HandlerServer server;

    ClientChecksTest() {
        list("bl.test");
        list("other.test");
        dnsServer.a(LISTED_NAME, "127.0.0.3").records(LISTED_NAME, records -> records.txt("https://bl.test/?ip=198.51.100.7"));
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
        dnsServer.close();
    }

    /** A list that is in order. */
    private void list(String zone) {
        dnsServer.a("2.0.0.127." + zone, "127.0.0.2");
    }

    private DnsLists lists(String element) {
        DnsLists lists = new DnsLists(rejections, dns, nanos::get);
        lists.init(HandlerServer.element(element));
        return lists;
    }

    private ReverseDns reverse(String element) {
        ReverseDns reverse = new ReverseDns(rejections, dns);
        reverse.init(HandlerServer.element(element));
        return reverse;
    }

    private HandlerServer.Client connect(String address, ProtocolHandler... handlers) throws Exception {
        if (server == null) {
            server = HandlerServer.behindProxy(metrics, handlers);
        }
        return server.proxied(address).greeted();
    }

    private String mail(String address, ProtocolHandler... handlers) throws Exception {
        try (HandlerServer.Client client = connect(address, handlers)) {
            return client.mail("ann@example.org");
        }
    }

    @Test
    void aListedClientIsRefusedWithTheReasonOfTheList() throws Exception {
        DnsLists lists = lists("<list><zone>bl.test</zone></list>");
        assertThat(mail(LISTED, lists)).isEqualTo(
            "550 5.7.1 Client [198.51.100.7] is listed by bl.test: https://bl.test/?ip=198.51.100.7");
        assertThat(mail("198.51.100.8", lists)).startsWith("250");
        assertThat(server.refused(Reason.DNS_LIST)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientOfWhomNothingIsKnownWhenMailIsAskedForIsDeferred(boolean failed) throws Exception {
        CompletableFuture<SMTPSession> session = new CompletableFuture<>();
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        ClientCheck check = new ClientCheck(rejections) {
            @Override
            Networks trusted() {
                return Networks.NONE;
            }

            @Override
            CompletableFuture<Verdict> look(InetAddress client) {
                return verdict;
            }

            @Override
            public Response onConnect(SMTPSession connected) {
                session.complete(connected);
                return super.onConnect(connected);
            }
        };
        server = HandlerServer.with(metrics, check);
        try (HandlerServer.Client client = server.from("127.0.0.2").greeted()) {
            if (failed) {
                verdict.completeExceptionally(new IllegalStateException("on purpose"));
                assertThat(client.mail("ann@example.org")).startsWith("451 4.4.3 Your address [127.0.0.2] ");
            } else {
                // As if the gate had not waited.
                assertThat(check.doMail(session.get(), MaybeSender.nullSender()).getSmtpRetCode()).isEqualTo("451");
                verdict.complete(Verdict.PASS);
                assertThat(client.mail("ann@example.org")).startsWith("250");
            }
        }
    }

    @Test
    void anIpv6ClientIsLookedUpByItsHalfOctets() throws Exception {
        dnsServer.a("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test", "127.0.0.2");
        DnsLists lists = lists("<list><zone>bl.test</zone></list>");
        assertThat(mail("2001:db8::1", lists)).isEqualTo("550 5.7.1 Client [2001:db8::1] is listed by bl.test");
        assertThat(mail("2001:db8::2", lists)).startsWith("250");
        assertThat(DnsList.reversed(InetAddresses.forString("192.0.2.99"))).isEqualTo("99.2.0.192.");
        assertThat(DnsList.reversed(InetAddresses.forString("2001:db8:1:2:3:4:567:89ab")))
            .isEqualTo("b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.");
    }

    @Test
    void onlyTheAnswersThatWereNamedCount() throws Exception {
        assertThat(mail(LISTED, lists("<list><zone>bl.test</zone><answers>127.0.0.2, 127.0.0.4-127.0.0.11</answers></list>")))
            .startsWith("250");
        server.close();
        server = null;
        assertThat(mail(LISTED, lists("<list><zone>bl.test</zone><answers>127.0.0.2-127.0.0.3</answers></list>")))
            .startsWith("550 5.7.1 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.255.255.254", "203.0.113.9", "127.0.0.1"})
    void anAnswerThatIsNoListingRefusesNobody(String answer) throws Exception {
        dnsServer.a("9.100.51.198.bl.test", answer);
        assertThat(mail("198.51.100.9", lists("<list><zone>bl.test</zone></list>"))).startsWith("250");
    }

    @Test
    void aListThatIsOnlyToLogLetsPassAndTheNextOneRefuses() throws Exception {
        dnsServer.a("7.100.51.198.other.test", "127.0.0.2").a("8.100.51.198.other.test", "127.0.0.2");
        DnsLists lists = lists("<list><zone>other.test</zone><action>log</action></list>"
            + "<list><zone>bl.test</zone><action>reject</action></list>");
        assertThat(mail("198.51.100.8", lists)).startsWith("250");
        assertThat(server.logged(Reason.DNS_LIST)).isEqualTo(1);
        assertThat(mail(LISTED, lists)).contains("listed by bl.test");
        assertThat(server.logged(Reason.DNS_LIST)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"SERVFAIL", "SILENCE", "LAME"})
    void aListThatDoesNotAnswerRefusesNobody(DnsFault fault) throws Exception {
        dnsServer.fail(LISTED_NAME, fault);
        assertThat(mail(LISTED, lists("<dnsTimeout>300 ms</dnsTimeout><list><zone>bl.test</zone></list>"))).startsWith("250");
    }

    @Test
    void aListThatHasTheWholeWorldIsNotAskedUntilItIsInOrderAgain() throws Exception {
        dnsServer.a("1.0.0.127.bl.test", "127.0.0.2");
        DnsLists lists = lists("<list><zone>bl.test</zone></list>");
        assertThat(mail(LISTED, lists)).startsWith("250");
        assertThat(dnsServer.queries(LISTED_NAME)).isZero();

        dnsServer.remove("1.0.0.127.bl.test");
        server.close();
        server = null;
        DnsLists fresh = new DnsLists(rejections, Resolvers.at(List.of(dnsServer.address())), nanos::get);
        fresh.init(HandlerServer.element("<list><zone>bl.test</zone></list>"));
        assertThat(mail(LISTED, fresh)).startsWith("550 ");
        dnsServer.a("1.0.0.127.bl.test", "127.0.0.2");
        assertThat(mail(LISTED, fresh)).as("asked for once in an hour").startsWith("550 ");
        assertThat(dnsServer.queries("1.0.0.127.bl.test")).isEqualTo(2);
    }

    @Test
    void howAListIsIsAskedAgainAfterAnHour() throws Exception {
        dnsServer.negativeTtl(Duration.ZERO);
        DnsList list =
            new DnsList("bl.test", ListAnswers.DEFAULT, Action.REJECT, dns, CheckLimits.DEFAULT_DNS_TIMEOUT, nanos::get);
        assertThat(list.ask(InetAddresses.forString(LISTED)).get(60, TimeUnit.SECONDS)).isPresent();
        dnsServer.a("1.0.0.0.0.0.f.7.f.f.f.f." + "0.".repeat(20) + "bl.test", "127.0.0.2");
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
        // What the first look-up found is remembered for seconds.
        await().atMost(1, TimeUnit.MINUTES).until(() -> {
            nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
            return list.ask(InetAddresses.forString(LISTED)).get(60, TimeUnit.SECONDS).isEmpty();
        });
    }

    @Test
    void anAnswerIsRememberedForItsTime() throws Exception {
        DnsLists lists = lists("<list><zone>bl.test</zone></list>");
        for (int i = 0; i < 5; i++) {
            assertThat(mail(LISTED, lists)).startsWith("550 ");
        }
        assertThat(dnsServer.queries(LISTED_NAME, "A")).isEqualTo(1);
        assertThat(dnsServer.queries(LISTED_NAME, "TXT")).isEqualTo(1);
    }

    @Test
    void whoHasLoggedInAndWhoIsTrustedAreNotLookedAt() throws Exception {
        DnsLists lists = lists("<list><zone>bl.test</zone></list><trustedNetworks>198.51.100.0/28, 10.0.0.0/8</trustedNetworks>");
        dnsServer.a("99.100.51.198.bl.test", "127.0.0.2");
        assertThat(mail(LISTED, lists)).startsWith("250");
        assertThat(dnsServer.queries(LISTED_NAME)).isZero();
        try (HandlerServer.Client client = connect("198.51.100.99")) {
            assertThat(client.mail("ann@example.org")).startsWith("550 ");
            assertThat(client.asUser("ann@example.org").mail("ann@example.org")).startsWith("250");
        }
    }

    @Test
    void aListThatIsSlowHoldsUpNoOtherConnection() throws Exception {
        HeldAnswers held = dnsServer.hold(LISTED_NAME);
        DnsLists lists = lists("<list><zone>bl.test</zone></list><dnsTimeout>4 min</dnsTimeout>");
        try (HandlerServer.Client slow = connect(LISTED, lists)) {
            slow.pipeline("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.org>", "NOOP");
            await().until(() -> held.waiting() > 0);
            assertThat(mail("198.51.100.8")).startsWith("250");
            held.release();
            assertThat(slow.reply()).startsWith("550 5.7.1 ");
            assertThat(slow.reply()).startsWith("503 ");
            assertThat(slow.reply()).startsWith("250 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<list><zone>nodot</zone></list>", "<list><zone>bl.test</zone><answers>10.0.0.2</answers></list>",
        "<list><zone>bl.test</zone><answers>127.0.0.9-127.0.0.2</answers></list>", "<list><action>log</action></list>",
        "<list><zone>bl.test</zone><action>maybe</action></list>", "<list><zone>bl.test</zone><code>127.0.0.2</code></list>",
        "<list><zone>bl.test</zone></list><dnsTimeout>0 s</dnsTimeout>"})
    void wrongListsStopTheStart(String element) {
        assertThatThrownBy(() -> lists(element)).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("smtpserver.xml, handler DnsLists");
    }

    private void reverse(String address, String name) {
        dnsServer.records(address, records -> records.ptr(name));
    }

    @Test
    void aClientWithoutANameIsRefusedWhereThatIsWanted() throws Exception {
        ReverseDns reverse = reverse("<noName>reject</noName>");
        assertThat(mail("198.51.100.1", reverse)).isEqualTo("550 5.7.25 Your address [198.51.100.1] has no name in DNS");
        reverse("2.100.51.198.in-addr.arpa", "mail.client.test");
        dnsServer.a("mail.client.test", "198.51.100.2");
        assertThat(mail("198.51.100.2")).startsWith("250");
        assertThat(server.refused(Reason.REVERSE_DNS)).isEqualTo(1);
    }

    @Test
    void aNameThatDoesNotLeadBackIsLoggedOrRefused() throws Exception {
        reverse("2.100.51.198.in-addr.arpa", "mail.bank.test");
        dnsServer.a("mail.bank.test", "198.51.100.200");
        assertThat(mail("198.51.100.2", reverse(""))).startsWith("250");
        assertThat(server.logged(Reason.REVERSE_DNS)).isEqualTo(1);
        server.close();
        server = null;
        assertThat(mail("198.51.100.2", reverse("<unconfirmed>reject</unconfirmed>")))
            .startsWith("550 5.7.25 The name mail.bank.test. of your address [198.51.100.2] does not have that address");
    }

    @Test
    void oneOfSeveralNamesThatLeadsBackIsEnoughAndIpv6IsNoOtherThing() throws Exception {
        String reversed = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        reverse(reversed, "nothing.client.test");
        reverse(reversed, "six.client.test");
        dnsServer.aaaa("six.client.test", "2001:db8:0:0:0:0:0:1");
        assertThat(mail("2001:db8::1", reverse("<unconfirmed>reject</unconfirmed><noName>reject</noName>"))).startsWith("250");
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"SERVFAIL", "SILENCE"})
    void whatDnsDoesNotSayNowIsAnswered451OrPasses(DnsFault fault) throws Exception {
        dnsServer.fail("1.100.51.198.in-addr.arpa", fault);
        String strict = "<noName>reject</noName><unconfirmed>reject</unconfirmed><dnsTimeout>300 ms</dnsTimeout>";
        assertThat(mail("198.51.100.1", reverse(strict))).startsWith("250");
        assertThat(server.logged(Reason.DNS_FAILURE)).isEqualTo(1);
        server.close();
        server = null;
        assertThat(mail("198.51.100.1", reverse(strict + "<temporaryFailure>defer</temporaryFailure>")))
            .startsWith("451 4.4.3 ");
    }

    @Test
    void aNameWhoseAddressNobodyKnowsNowIsNotOneThatDoesNotLeadBack() throws Exception {
        reverse("2.100.51.198.in-addr.arpa", "mail.client.test");
        dnsServer.fail("mail.client.test", DnsFault.SERVFAIL);
        assertThat(mail("198.51.100.2", reverse("<unconfirmed>reject</unconfirmed>"))).startsWith("250");
        assertThat(server.logged(Reason.DNS_FAILURE)).isEqualTo(1);
    }

    @Test
    void privateNetworksHaveNoNamesAndNeedNone() throws Exception {
        assertThat(mail("10.1.2.3", reverse("<noName>reject</noName>"))).startsWith("250");
    }
}
