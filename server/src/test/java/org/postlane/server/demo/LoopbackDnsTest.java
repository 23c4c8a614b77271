// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

import org.junit.jupiter.api.Test;

class LoopbackDnsTest {
    private final LoopbackDns dns = new LoopbackDns(Map.of("elsewhere.example", 4711));

    @Test
    void theMxOfADomainOutsideIsAPortOnLoopback() throws Exception {
        assertThat(dns.findMXRecords("elsewhere.example")).containsExactly("mx.elsewhere.example:4711");
        assertThat(dns.getAllByName("mx.elsewhere.example")).allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void nothingElseExists() {
        assertThat(dns.findMXRecords("example.com")).isEmpty();
        assertThatThrownBy(() -> dns.getByName("mx.example.com")).isInstanceOf(UnknownHostException.class);
    }
}
