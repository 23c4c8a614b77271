// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.testing.dns.DnsFault;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.dns.HeldAnswers;
import org.xbill.DNS.Name;

class DnsjavaDnsTest {
    /** What a name server that says nothing is given. */
    private static final Duration SHORT = Duration.ofMillis(400);
    /** Longer than any that answers takes on a loaded machine. */
    private static final Duration AMPLE = Duration.ofSeconds(20);

    private final DnsServer server = DnsServer.start();
    private final AtomicLong nanos = new AtomicLong();
    private final MailDns dns = asking(AMPLE, server.address());

    @AfterEach
    void stop() {
        server.close();
    }

    private MailDns asking(Duration wait, InetSocketAddress... servers) {
        return new DnsjavaDns(() -> new NameServers(List.of(servers), wait, wait),
            () -> List.of(Name.fromConstantString("corp.test.")), new AnswerCache(nanos::get, 1000));
    }

    private DnsAnswer<MailExchanger> mx(String domain) {
        return soon(dns.exchangers(domain));
    }

    private static <T> T soon(CompletableFuture<T> future) {
        return future.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static List<String> texts(DnsAnswer<InetAddress> answer) {
        return answer.records().stream().map(InetAddress::getHostAddress).toList();
    }

    @Test
    void recordsOfBothFamiliesAreFound() {
        server.mx("a.test", 10, "mx.a.test").a("mx.a.test", "127.1.0.1", "127.1.0.2").aaaa("mx.a.test", "2001:db8:0:0:0:0:0:1");
        assertThat(mx("A.Test").records()).extracting(MailExchanger::target).containsExactly("mx.a.test.");
        assertThat(texts(soon(dns.addresses("mx.a.test"))))
            .containsExactlyInAnyOrder("127.1.0.1", "127.1.0.2", "2001:db8:0:0:0:0:0:1");
    }

    @Test
    void aNameThatDoesNotExistIsToldFromOneWithoutRecords() {
        server.exists("bare.test");
        assertThat(mx("absent.test").kind()).isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
        assertThat(mx("bare.test").kind()).isEqualTo(DnsAnswer.Kind.NO_RECORDS);
        assertThat(soon(dns.addresses("absent.test")).kind()).isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
        assertThat(soon(dns.addresses("bare.test")).kind()).isEqualTo(DnsAnswer.Kind.NO_RECORDS);
    }

    @Test
    void namesOfAddressesAndTextsAreFound() throws Exception {
        server.records("7.2.0.192.in-addr.arpa", records -> records.ptr("Mail.A.test"))
            .records("1." + "0.".repeat(23) + "8.b.d.0.1.0.0.2.ip6.arpa", records -> records.ptr("six.a.test"))
            .records("a.test", records -> records.txt("one text").txt("another"));
        assertThat(soon(dns.names(InetAddress.getByName("192.0.2.7"))).records()).containsExactly("mail.a.test.");
        assertThat(soon(dns.names(InetAddress.getByName("2001:db8::1"))).records()).containsExactly("six.a.test.");
        assertThat(soon(dns.names(InetAddress.getByName("192.0.2.8"))).kind()).isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
        assertThat(soon(dns.texts("a.test")).records()).containsExactlyInAnyOrder("one text", "another");
        assertThat(soon(dns.texts("b.test")).kind()).isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
    }

    @Test
    void whatAListAnswersIsAskedOfTheNameServersAndNotOfTheHostsFile() {
        server.a("localhost", "127.0.0.2").aaaa("localhost", "2001:db8:0:0:0:0:0:1");
        assertThat(texts(soon(dns.listAnswers("localhost")))).containsExactly("127.0.0.2");
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"SERVFAIL", "REFUSED", "LAME", "SILENCE", "GARBAGE", "WRONG_ID",
        "TRUNCATED_WITHOUT_TCP"})
    void whatIsNoAnswerIsAFailureAndNoAbsence(DnsFault fault) {
        server.mx("a.test", 10, "mx.a.test").fail("a.test", fault);
        DnsAnswer<MailExchanger> answer = soon(asking(SHORT, server.address()).exchangers("a.test"));
        assertThat(answer.kind()).isEqualTo(DnsAnswer.Kind.FAILED);
        assertThat(answer.explanation()).isNotBlank();
    }

    @Test
    void whatIsTooLongForUdpComesOverTcp() {
        server.mx("a.test", 10, "mx.a.test").fail("a.test", DnsFault.TRUNCATED);
        assertThat(mx("a.test").records()).hasSize(1);
        assertThat(server.queriesOverTcp()).isEqualTo(1);
    }

    @Test
    void aliasesAreFollowedAndACircleOfThemIsAFailure() {
        server.cname("alias.test", "other.test").cname("other.test", "a.test").mx("a.test", 10, "mx.a.test");
        server.cname("round.test", "and.test").cname("and.test", "round.test").cname("self.test", "self.test");
        assertThat(mx("alias.test").records()).hasSize(1);
        assertThat(mx("round.test").kind()).isEqualTo(DnsAnswer.Kind.FAILED);
        assertThat(mx("self.test").kind()).isEqualTo(DnsAnswer.Kind.FAILED);
    }

    @Test
    void aFamilyThatFailsDoesNotHideTheOther() {
        server.a("mx.a.test", "127.1.0.1").fail("mx.a.test", "AAAA", DnsFault.SERVFAIL);
        server.a("mx.b.test", "127.1.0.2").fail("mx.b.test", "AAAA", DnsFault.NXDOMAIN);
        server.a("mx.c.test", "127.1.0.3").fail("mx.c.test", "A", DnsFault.SERVFAIL);
        assertThat(texts(soon(dns.addresses("mx.a.test")))).containsExactly("127.1.0.1");
        assertThat(texts(soon(dns.addresses("mx.b.test")))).containsExactly("127.1.0.2");
        assertThat(soon(dns.addresses("mx.c.test")).kind()).isEqualTo(DnsAnswer.Kind.FAILED);
    }

    @Test
    void aNameThatDnsCannotHoldDoesNotExist() {
        for (String name : List.of("a..test", "x".repeat(64) + ".test", ("x".repeat(60) + ".").repeat(5) + "test",
                "b\u00fc..test")) {
            assertThat(mx(name).kind()).as(name).isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
        }
        assertThat(server.queries()).isZero();
    }

    @Test
    void anInternationalNameIsAskedForInAscii() {
        server.mx("xn--bcher-kva.test", 10, "mx.a.test");
        assertThat(mx("b\u00fccher.test").records()).hasSize(1);
    }

    @Test
    void anAnswerIsRememberedForItsTtlAndAskedForAgainAfterwards() {
        server.ttl(Duration.ofSeconds(60)).mx("a.test", 10, "mx.a.test");
        mx("a.test");
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        mx("a.test");
        assertThat(server.queries("a.test")).isEqualTo(1);
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        mx("a.test");
        assertThat(server.queries("a.test")).isEqualTo(2);
    }

    @Test
    void anAnswerThatMustNotBeKeptAndAFailureAreRememberedForSomeSecondsAllTheSame() {
        server.ttl(Duration.ZERO).mx("a.test", 10, "mx.a.test").fail("broken.test", DnsFault.SERVFAIL);
        for (String name : List.of("a.test", "broken.test")) {
            mx(name);
            int once = server.queries(name);
            mx(name);
            assertThat(server.queries(name)).isEqualTo(once);
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            mx(name);
            assertThat(server.queries(name)).isEqualTo(2 * once);
        }
    }

    @Test
    void theMemoryOfAnswersHasBounds() {
        assertThat(AnswerCache.memoryOf(DnsAnswer.found(List.of(1), Duration.ofDays(7)))).isEqualTo(Duration.ofHours(1));
        assertThat(AnswerCache.memoryOf(DnsAnswer.found(List.of(1), Duration.ZERO))).isEqualTo(Duration.ofSeconds(5));
        assertThat(AnswerCache.memoryOf(DnsAnswer.nothing(DnsAnswer.Kind.NO_SUCH_NAME, Duration.ofHours(3))))
            .isEqualTo(Duration.ofMinutes(5));
        assertThat(AnswerCache.memoryOf(DnsAnswer.failed("no"))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void absenceIsRememberedForAsLongAsTheZoneSays() {
        server.negativeTtl(Duration.ofSeconds(30));
        mx("absent.test");
        nanos.addAndGet(Duration.ofSeconds(29).toNanos());
        server.mx("absent.test", 10, "mx.a.test");
        assertThat(mx("absent.test").kind()).isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(mx("absent.test").records()).hasSize(1);
    }

    @Test
    void manyWhoAskTheSameAtOnceMakeOneQuestion() {
        server.mx("a.test", 10, "mx.a.test");
        HeldAnswers held = server.hold("a.test");
        List<CompletableFuture<DnsAnswer<MailExchanger>>> asked =
            IntStream.range(0, 100).mapToObj(i -> dns.exchangers(i % 2 == 0 ? "a.test" : "A.TEST.")).toList();
        Awaitility.await().until(() -> held.waiting() > 0);
        held.release();
        assertThat(asked).allSatisfy(answer -> assertThat(soon(answer).records()).hasSize(1));
        assertThat(server.queries("a.test")).isEqualTo(1);
    }

    @Test
    void aNameServerThatIsDeadCostsTheFirstQuestionOneWaitAndTheNextOnesNothing() {
        try (DnsServer dead = DnsServer.start()) {
            dead.failAll(DnsFault.SILENCE);
            // Time enough for the one that answers: two that are silent would be asked in the order that they are named in.
            MailDns both = asking(Duration.ofSeconds(3), dead.address(), server.address());
            server.generate((name, records) -> records.mx(10, "mx." + name));
            assertThat(soon(both.exchangers("first.test")).records()).hasSize(1);
            Awaitility.await().until(() -> dead.queries() == 1);
            for (int i = 0; i < 20; i++) {
                assertThat(soon(both.exchangers("next" + i + ".test")).records()).hasSize(1);
            }
            assertThat(dead.queries()).isEqualTo(1);
        }
    }

    @Test
    void aNameServerThatFailsOrIsLameHasTheNextOneAsked() {
        try (DnsServer broken = DnsServer.start()) {
            broken.failAll(DnsFault.SERVFAIL);
            server.mx("a.test", 10, "mx.a.test");
            assertThat(soon(asking(AMPLE, broken.address(), server.address()).exchangers("a.test")).records()).hasSize(1);
            broken.healAll();
            broken.failAll(DnsFault.LAME);
            assertThat(soon(asking(AMPLE, broken.address(), server.address()).exchangers("a.test")).records()).hasSize(1);
        }
    }

    @Test
    void withoutANameServerTheAnswerIsAFailure() {
        assertThat(soon(asking(AMPLE).exchangers("a.test")).kind()).isEqualTo(DnsAnswer.Kind.FAILED);
    }

    @Test
    void aHostThatAnAdministratorNamesIsLookedForInTheSearchList() {
        server.a("relay.corp.test", "127.1.0.1").a("relay.a.test", "127.1.0.2").a("mail.site.corp.test", "127.1.0.3");
        assertThat(texts(soon(dns.addressesOfConfigured("relay")))).containsExactly("127.1.0.1");
        assertThat(texts(soon(dns.addressesOfConfigured("relay.a.test")))).containsExactly("127.1.0.2");
        assertThat(texts(soon(dns.addressesOfConfigured("mail.site")))).containsExactly("127.1.0.3");
        assertThat(soon(dns.addressesOfConfigured("nowhere")).kind()).isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
        assertThat(soon(dns.addresses("relay")).kind()).as("what an MX record names is the whole name")
            .isEqualTo(DnsAnswer.Kind.NO_SUCH_NAME);
    }

    @Test
    void aHostInTheHostsFileIsTakenFromThere() {
        assertThat(texts(soon(dns.addresses("localhost")))).contains("127.0.0.1");
        assertThat(server.queries()).isZero();
    }

    @Test
    void thousandsOfDomainsWhoseNameServersAreDeadNeedNoThreadsAndDoNotKeepAHealthyOneWaiting() {
        server.mx("healthy.test", 10, "mx.healthy.test");
        // Short beside the time that all of them take, and long enough for the one that answers.
        MailDns hasty = asking(Duration.ofSeconds(1), server.address());
        int threads = Thread.activeCount();
        List<CompletableFuture<DnsAnswer<MailExchanger>>> asked = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            server.fail("dead" + i + ".test", DnsFault.SILENCE);
            asked.add(hasty.exchangers("dead" + i + ".test"));
        }
        assertThat(soon(hasty.exchangers("healthy.test")).records()).hasSize(1);
        assertThat(asked.stream().filter(answer -> !answer.isDone()).count()).as("still asked for").isPositive();
        assertThat(Thread.activeCount() - threads).isLessThan(20);
        assertThat(asked).allSatisfy(answer -> assertThat(soon(answer).kind()).isEqualTo(DnsAnswer.Kind.FAILED));
    }
}
