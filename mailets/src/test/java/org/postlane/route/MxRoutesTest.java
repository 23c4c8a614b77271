// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

import org.apache.james.core.Domain;
import org.apache.james.dnsservice.api.InMemoryDNSService;
import org.junit.jupiter.api.Test;
import org.postlane.route.dns.ServiceDns;
import org.postlane.smtp.Futures;

class MxRoutesTest {
    private static final Domain DOMAIN = Domain.of("relay.test");
    private final InMemoryDNSService dns = new InMemoryDNSService();
    private final MxRoutes routes = new MxRoutes(new ServiceDns(dns, Runnable::run), 25,
        new UsableAddresses(AddressFamilies.ANY, Optional.empty()),
        new DomainTlsPolicy(HostSession.DEFAULT, DomainRules.none()), new OwnHosts(() -> "mx.home.test"), new HostHealth());

    private Route route() {
        return routes.resolve(DOMAIN).join();
    }

    private NoRouteException failure() {
        return (NoRouteException) Futures.rootOf(catchThrowable(this::route));
    }

    private void host(String name, String address) throws Exception {
        dns.registerRecord(name, List.of(InetAddress.getByName(address)), List.of(), List.of());
    }

    private void mx(String... servers) {
        dns.registerRecord("relay.test", List.of(), List.of(servers), List.of());
    }

    @Test
    void asABackupMxWePassMailOnToBetterOnesAndNeverToOurselvesOrWorse() throws Exception {
        host("primary.test", "203.0.113.1");
        host("mx.home.test", "203.0.113.2");
        host("worse.test", "203.0.113.3");
        mx("primary.test", "mx.home.test.", "worse.test");
        assertThat(route().hosts()).extracting(Host::name).containsExactly("primary.test");
    }

    @Test
    void aDomainWhoseBestMxIsThisServerFailsWith546InsteadOfGoingRoundForEver() throws Exception {
        host("mx.home.test", "203.0.113.2");
        host("worse.test", "203.0.113.3");
        mx("mx.home.test", "worse.test");
        assertThat(failure()).hasMessageStartingWith("5.4.6 ");
        assertThat(failure().kind()).isEqualTo(NoRouteException.Kind.REFUSED);
    }

    @Test
    void anMxOnAnAddressOfThisMachineIsThisServerUnderAnyName() throws Exception {
        host("other-name.test", "127.0.0.1");
        mx("other-name.test");
        assertThat(failure()).hasMessageStartingWith("5.4.6 ");
    }

    @Test
    void anotherServerOnAnotherPortOfThisMachineIsNotThisServer() throws Exception {
        host("sink.test", "127.0.0.1");
        mx("sink.test:2526");
        assertThat(route().hosts()).extracting(Host::name).containsExactly("sink.test");
    }

    @Test
    void asABackupMxByAddressWeKeepTheMailWhileDnsDoesNotTellTheAddressOfABetterOne() throws Exception {
        host("other-name.test", "127.0.0.1");
        mx("primary-without-answer.test", "other-name.test");
        assertThat(failure()).hasMessageStartingWith("4.4.3 ").hasMessageContaining("primary-without-answer.test");
        assertThat(failure().kind()).isEqualTo(NoRouteException.Kind.TEMPORARY);
    }

    @Test
    void oneDomainsBackupIsNotAnothersFirstChoice() throws Exception {
        host("one.test", "203.0.113.1");
        host("two.test", "203.0.113.2");
        mx("one.test", "two.test");
        Route first = route();
        mx("two.test", "one.test");
        assertThat(route()).isNotEqualTo(first);
        mx("one.test", "two.test");
        assertThat(route()).isEqualTo(first).hasSameHashCodeAs(first);
    }
}
