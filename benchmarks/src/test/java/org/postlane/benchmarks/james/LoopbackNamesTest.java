// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;

class LoopbackNamesTest {
    private static final int PORT = 2525;
    private static final int MANY = 200_000;

    private final LoopbackNames names = new LoopbackNames(PORT);

    @Test
    void aDomainHasTheMailServerWithItsNumberAndTheCommonPort() {
        assertThat(names.findMXRecords(LoopbackNames.domain(66_051))).containsExactly("127.17.2.3:2525");
    }

    @Test
    void noTwoDomainsShareAMailServerAndAllAreOnLoopback() throws Exception {
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            addresses.add(LoopbackNames.address(i));
        }
        assertThat(addresses).hasSize(MANY).doesNotContain("127.0.0.1");
        assertThat(InetAddress.getByName(LoopbackNames.address(MANY)).isLoopbackAddress()).isTrue();
    }

    @Test
    void nothingElseExists() {
        assertThat(names.findMXRecords("example.test")).isEmpty();
        assertThatThrownBy(() -> names.getByName("mx.example.test")).isInstanceOf(UnknownHostException.class);
    }
}
