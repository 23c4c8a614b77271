// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;

import org.apache.james.dnsservice.api.InMemoryDNSService;
import org.junit.jupiter.api.Test;

class ServiceDnsTest {
    private final InMemoryDNSService service = new InMemoryDNSService();
    private final ServiceDns dns = new ServiceDns(service, Runnable::run);

    @Test
    void anUnknownHostMayBeALookUpThatFailedAndSoIsNoProofOfAnything() {
        DnsAnswer<InetAddress> answer = dns.addresses("mx.unknown.test").join();
        assertThat(answer.kind()).isEqualTo(DnsAnswer.Kind.FAILED);
        assertThat(answer.explanation()).isNotEmpty();
    }

    @Test
    void whatAListDoesNotHaveIsNoFailure() throws Exception {
        service.registerRecord("2.0.0.127.bl.test", List.of(InetAddress.getByName("127.0.0.2")), List.of(), List.of("a reason"));
        assertThat(dns.listAnswers("2.0.0.127.bl.test").join().records()).containsExactly(InetAddress.getByName("127.0.0.2"));
        assertThat(dns.texts("2.0.0.127.bl.test").join().records()).containsExactly("a reason");
        assertThat(dns.listAnswers("3.0.0.127.bl.test").join().kind()).isEqualTo(DnsAnswer.Kind.UNPROVEN);
    }

    @Test
    void aHostThatIsKnownToHaveNoAddressHasNone() throws Exception {
        service.registerRecord("bare.test", List.of(), List.of("mx.test"), List.of());
        service.registerRecord("mx.test", List.of(InetAddress.getLoopbackAddress()), List.of(), List.of());
        assertThat(dns.addresses("bare.test").join().kind()).isEqualTo(DnsAnswer.Kind.NO_RECORDS);
        assertThat(dns.addresses("mx.test").join().records()).containsExactly(InetAddress.getLoopbackAddress());
    }
}
