// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.api.TemporaryResolutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.dns.DnsFault;
import org.postlane.testing.dns.DnsServer;

/** What James' resolver makes of answers: the ground on which routes stand. */
class JamesDnsTest {
    private final DnsServer server = DnsServer.start();
    private final DNSService dns = JamesDns.askingAt(server, Duration.ofSeconds(1));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void mailServersComeInTheOrderOfTheirPreference() throws Exception {
        server.mx("example.test", 20, "second.test").mx("example.test", 10, "first.test")
            .a("first.test", "127.3.2.1", "127.3.2.2");
        assertThat(dns.findMXRecords("example.test")).containsExactly("first.test.", "second.test.");
        assertThat(dns.getAllByName("first.test.")).extracting(InetAddress::getHostAddress)
            .containsExactlyInAnyOrder("127.3.2.1", "127.3.2.2");
    }

    @Test
    void servfailIsTemporaryAndAnAbsentNameHasNoServers() throws Exception {
        server.fail("broken.test", DnsFault.SERVFAIL);
        assertThatThrownBy(() -> dns.findMXRecords("broken.test")).isInstanceOf(TemporaryResolutionException.class);
        assertThat(dns.findMXRecords("absent.test")).isEmpty();
    }
}
