// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.Inet4Address;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import com.google.common.net.InetAddresses;
import org.apache.james.core.Domain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.route.dns.MailDns;
import org.postlane.route.dns.Resolvers;
import org.postlane.smtp.Futures;
import org.postlane.testing.dns.DnsFault;
import org.postlane.testing.dns.DnsServer;

/** Routes by MX over a real DNS server. */
class DnsRoutesTest {
    private static final int PORT = 25;

    private final DnsServer server = DnsServer.start();
    private final MailDns dns = Resolvers.at(List.of(server.address()));
    private final HostHealth health = new HostHealth();

    @AfterEach
    void stop() {
        server.close();
    }

    private MxRoutes routes(AddressFamilies families, Set<Class<?>> reachable) {
        return new MxRoutes(dns, PORT, new UsableAddresses(families, Optional.empty(),
            address -> reachable.isEmpty() || reachable.contains(address.getClass())),
            new DomainTlsPolicy(HostSession.DEFAULT, DomainRules.none()), new OwnHosts(() -> "mx.home.test"), health);
    }

    private List<Host> hosts(String domain) {
        return hosts(AddressFamilies.ANY, Set.of(), domain);
    }

    private List<Host> hosts(AddressFamilies families, Set<Class<?>> reachable, String domain) {
        return routes(families, reachable).resolve(Domain.of(domain)).orTimeout(60, TimeUnit.SECONDS).join().hosts();
    }

    private List<String> names(String domain) {
        return hosts(domain).stream().map(Host::name).toList();
    }

    private static List<String> addresses(List<Host> hosts) {
        return hosts.stream().map(host -> InetAddresses.toAddrString(host.address().getAddress())).toList();
    }

    private NoRouteException failure(String domain) {
        return (NoRouteException) Futures.rootOf(catchThrowable(() -> hosts(domain)));
    }

    private void assertFails(String domain, NoRouteException.Kind kind, String code) {
        assertThat(failure(domain)).hasMessageStartingWith(code + " ").extracting(NoRouteException::kind).isEqualTo(kind);
    }

    @Test
    void ourOwnNameIsAskedForWhereTheCallerMayWaitAndNotWhereDnsAnswers() {
        server.mx("a.test", 10, "one.test").mx("a.test", 20, "mx.home.test").mx("a.test", 30, "worse.test")
            .a("one.test", "203.0.113.1").a("worse.test", "203.0.113.2");
        Set<Thread> asked = ConcurrentHashMap.newKeySet();
        MxRoutes routes = new MxRoutes(dns, PORT, new UsableAddresses(AddressFamilies.ANY, Optional.empty(), address -> true),
            new DomainTlsPolicy(HostSession.DEFAULT, DomainRules.none()), new OwnHosts(() -> {
                asked.add(Thread.currentThread());
                return "mx.home.test";
            }), health);
        assertThat(routes.resolve(Domain.of("a.test")).orTimeout(60, TimeUnit.SECONDS).join().names())
            .containsExactly("one.test");
        assertThat(asked).containsExactly(Thread.currentThread());
    }

    @Test
    void mxRecordsComeInOrderAndEqualOnesInEveryOrder() {
        server.mx("a.test", 20, "backup.test").mx("a.test", 10, "one.test").mx("a.test", 10, "two.test")
            .a("one.test", "203.0.113.1").a("two.test", "203.0.113.2").a("backup.test", "203.0.113.3");
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.add(names("a.test"));
        }
        assertThat(seen).containsExactlyInAnyOrder(List.of("one.test", "two.test", "backup.test"),
            List.of("two.test", "one.test", "backup.test"));
    }

    @Test
    void aDomainWithoutMxRecordsIsItsOwnMailServer() {
        server.a("a.test", "203.0.113.1");
        assertThat(hosts("a.test")).containsExactly(new Host("a.test", InetAddresses.forString("203.0.113.1"), PORT));
    }

    @Test
    void anAddressIsNoMailServerWhereMxRecordsExistAndAreBroken() {
        server.a("a.test", "203.0.113.1").mx("a.test", 10, "nowhere.test");
        assertFails("a.test", NoRouteException.Kind.TEMPORARY, "4.4.3");
    }

    @Test
    void aNullMxFailsAndIsNotLookedUpAsAHost() {
        server.nullMx("a.test").a("a.test", "203.0.113.1");
        assertFails("a.test", NoRouteException.Kind.REFUSED, "5.1.10");
        server.nullMx("odd.test").mx("odd.test", 10, "mx.odd.test").a("mx.odd.test", "203.0.113.1");
        assertThat(names("odd.test")).as("a null MX beside others is none (RFC 7505 3)").containsExactly("mx.odd.test");
    }

    @Test
    void aDomainThatDoesNotExistFailsForGoodAndSoDoesOneWithoutAnyAddress() {
        server.exists("bare.test");
        assertFails("absent.test", NoRouteException.Kind.ABSENT, "5.1.2");
        assertFails("bare.test", NoRouteException.Kind.ABSENT, "5.1.2");
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"SERVFAIL", "REFUSED", "LAME", "SILENCE"})
    void aNameServerThatFailsIsNoReasonToBounce(DnsFault fault) {
        server.mx("a.test", 10, "mx.a.test").a("mx.a.test", "203.0.113.1").fail("a.test", fault);
        server.mx("b.test", 10, "mx.b.test").a("mx.b.test", "203.0.113.1").fail("mx.b.test", fault);
        server.a("c.test", "203.0.113.1").fail("c.test", "A", fault).fail("c.test", "AAAA", fault);
        assertFails("a.test", NoRouteException.Kind.TEMPORARY, "4.4.3");
        assertFails("b.test", NoRouteException.Kind.TEMPORARY, "4.4.3");
        assertFails("c.test", NoRouteException.Kind.TEMPORARY, "4.4.3");
    }

    @Test
    void aliasesThatGoInACircleAreTemporary() {
        server.cname("a.test", "b.test").cname("b.test", "a.test");
        assertFails("a.test", NoRouteException.Kind.TEMPORARY, "4.4.3");
    }

    @Test
    void ipv6ComesFirstAndThenOneOfEachFamilyInTurn() {
        server.mx("a.test", 10, "mx.a.test").a("mx.a.test", "203.0.113.1", "203.0.113.2", "203.0.113.3")
            .aaaa("mx.a.test", "2001:db8:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:2");
        assertThat(hosts("a.test")).extracting(host -> host.address().getAddress().getAddress().length)
            .containsExactly(16, 4, 16, 4, 4);
        assertThat(hosts(AddressFamilies.IPV4, Set.of(), "a.test")).hasSize(3);
        assertThat(hosts(AddressFamilies.IPV6, Set.of(), "a.test")).hasSize(2);
    }

    @Test
    void aMachineWithoutIpv6DoesNotTryIt() {
        server.mx("a.test", 10, "mx.a.test").a("mx.a.test", "203.0.113.1").aaaa("mx.a.test", "2001:db8:0:0:0:0:0:1");
        assertThat(addresses(hosts(AddressFamilies.ANY, Set.of(Inet4Address.class), "a.test")))
            .containsExactly("203.0.113.1");
        server.mx("six.test", 10, "mx.six.test").aaaa("mx.six.test", "2001:db8:0:0:0:0:0:1");
        Throwable failure = Futures.rootOf(catchThrowable(
            () -> hosts(AddressFamilies.ANY, Set.of(Inet4Address.class), "six.test")));
        assertThat(failure).isInstanceOf(NoRouteException.class).hasMessageContaining("that this server connects to");
    }

    @Test
    void connectionsFromAnIpv4AddressGoToIpv4Only() {
        UsableAddresses fromFour = new UsableAddresses(AddressFamilies.ANY,
            Optional.of(InetAddresses.forString("203.0.113.9")));
        assertThat(fromFour.of(List.of(InetAddresses.forString("2001:db8::1"), InetAddresses.forString("203.0.113.1"))))
            .containsExactly(InetAddresses.forString("203.0.113.1"));
    }

    @Test
    void aDomainWithAHundredServersAndAddressesCostsAFew() {
        for (int i = 1; i <= 100; i++) {
            server.mx("many.test", i, "mx" + i + ".test").a("mx" + i + ".test", "203.0.113." + i, "198.51.100." + i);
            server.a("big.test", "203.0.113." + (100 + i));
        }
        assertThat(hosts("many.test")).extracting(Host::name).hasSize(RouteLimits.MOST_ADDRESSES)
            .containsExactly("mx1.test", "mx1.test", "mx2.test", "mx2.test", "mx3.test", "mx3.test", "mx4.test", "mx4.test",
                "mx5.test", "mx5.test");
        server.mx("one.test", 10, "big.test");
        assertThat(hosts("one.test")).hasSize(RouteLimits.MOST_ADDRESSES);
        assertThat(server.queries("mx50.test")).isZero();
    }

    @Test
    void aServerWithManyAddressesLeavesRoomForTheNext() {
        for (int i = 1; i <= 20; i++) {
            server.a("first.test", "203.0.113." + i);
        }
        server.mx("a.test", 10, "first.test").mx("a.test", 20, "second.test").a("second.test", "198.51.100.1");
        assertThat(names("a.test")).hasSize(6).endsWith("second.test");
    }

    @Test
    void serversWithoutAnAddressCostNotTheOthers() {
        for (int i = 1; i <= 6; i++) {
            server.mx("a.test", i, "gone" + i + ".test");
        }
        server.mx("a.test", 10, "mx.a.test").a("mx.a.test", "203.0.113.1");
        assertThat(names("a.test")).containsExactly("mx.a.test");
    }

    @Test
    void ourOwnNameCutsOffOurEqualsTooEvenWhereItHasNoAddress() {
        server.mx("a.test", 10, "better.test").mx("a.test", 20, "mx.home.test").mx("a.test", 20, "equal.test")
            .mx("a.test", 30, "worse.test").a("better.test", "203.0.113.1").a("equal.test", "203.0.113.2")
            .a("worse.test", "203.0.113.3");
        assertThat(names("a.test")).containsExactly("better.test");
        server.mx("b.test", 20, "MX.home.test").mx("b.test", 20, "equal.test");
        assertFails("b.test", NoRouteException.Kind.REFUSED, "5.4.6");
    }

    @Test
    void ourOwnAddressUnderAnyNameCutsOffOurEqualsToo() {
        server.mx("a.test", 10, "better.test").mx("a.test", 20, "alias-of-us.test").mx("a.test", 20, "equal.test")
            .a("better.test", "203.0.113.1").a("alias-of-us.test", "203.0.113.7", "127.0.0.1").a("equal.test", "203.0.113.2");
        assertThat(names("a.test")).containsExactly("better.test");
        server.a("b.test", "127.0.0.1");
        assertFails("b.test", NoRouteException.Kind.REFUSED, "5.4.6");
    }

    @Test
    void anAddressLiteralNeedsNoDns() {
        assertThat(addresses(hosts("[203.0.113.1]"))).containsExactly("203.0.113.1");
        assertThat(server.queries()).isZero();
    }

    @Test
    void anMxRecordThatHoldsAnAddressIsTakenAsItIs() {
        server.mx("a.test", 10, "203.0.113.1");
        assertThat(addresses(hosts("a.test"))).containsExactly("203.0.113.1");
    }

    @Test
    void domainsThatShareServersLookThemUpOnce() {
        server.a("mx.shared.test", "203.0.113.1");
        for (int i = 0; i < 50; i++) {
            server.mx("d" + i + ".test", 10, "mx.shared.test");
            assertThat(names("d" + i + ".test")).containsExactly("mx.shared.test");
        }
        assertThat(server.queries("mx.shared.test", "A")).isEqualTo(1);
    }

    @Test
    void aServerThatCouldNotBeReachedComesLastForAWhile() throws Exception {
        server.mx("a.test", 10, "first.test").mx("a.test", 20, "second.test").a("first.test", "203.0.113.1")
            .a("second.test", "203.0.113.2");
        Route route = routes(AddressFamilies.ANY, Set.of()).resolve(Domain.of("a.test")).get(60, TimeUnit.SECONDS);
        route.report(route.hosts().get(0), false);
        assertThat(names("a.test")).containsExactly("second.test", "first.test");
        route.report(route.hosts().get(0), true);
        assertThat(names("a.test")).containsExactly("first.test", "second.test");
    }

    @Test
    void theServersOfJamesAreAskedAtThePortThatItsResolverHas() {
        MailDns ofJames = Resolvers.of(JamesDns.askingAt(server, Duration.ofSeconds(5)));
        server.mx("a.test", 10, "mx.a.test");
        assertThat(ofJames.exchangers("a.test").orTimeout(60, TimeUnit.SECONDS).join().records()).hasSize(1);
    }
}
