// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

class NetworksTest {
    private static InetAddress address(String text) {
        return InetAddresses.forString(text);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.0/24,192.0.2.0,192.0.2.255,192.0.3.0", "192.0.2.4/30,192.0.2.4,192.0.2.7,192.0.2.8",
        "0.0.0.0/0,0.0.0.0,255.255.255.255,::1", "10.1.2.3,10.1.2.3,10.1.2.3,10.1.2.2",
        "2001:db8::/32,2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,2001:db9::", "::/0,::1,ffff::,127.0.0.1",
        "2001:db8::4/126,2001:db8::4,2001:db8::7,2001:db8::8", "2001:db8::1,2001:db8::1,2001:db8::1,2001:db8::2",
        "::ffff:192.0.2.0/120,192.0.2.0,192.0.2.255,192.0.3.0"})
    void aNetworkBeginsAndEndsWhereItSays(String network, String first, String last, String outside) {
        Networks networks = Networks.of(List.of("203.0.113.0/25", "2001:db8:ffff::/48", network));
        assertThat(networks.contains(address(first))).isTrue();
        assertThat(networks.contains(address(last))).isTrue();
        assertThat(networks.contains(address(outside))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "2001:db8::1/64", "192.0.2", "example.org",
        "192.0.2.0/", "192.0.2.0/x", "::ffff:192.0.2.0/24", "192.0.2.0-192.0.2.9"})
    void whatIsNoNetworkStopsTheStart(String entry) {
        Parameters parameters = new Parameters("here", Map.of("networks", "10.0.0.0/8, " + entry));
        assertThatThrownBy(() -> Networks.read(parameters, "networks", Networks.NONE)).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("here: <networks>").hasMessageContaining("\"" + entry + "\"").hasMessageContaining("expected");
    }

    @Test
    void noneIsNone() {
        Parameters parameters = new Parameters("here", Map.of("networks", "none"));
        assertThat(Networks.read(parameters, "networks", Networks.LOOPBACK).contains(address("127.0.0.1"))).isFalse();
        assertThat(Networks.read(parameters, "others", Networks.LOOPBACK).contains(address("127.0.0.1"))).isTrue();
    }

    @Test
    void aClientIsCountedByItsAddressOrItsIpv6Network() {
        assertThat(Client.network(address("192.0.2.77"), 64)).isEqualTo("192.0.2.77");
        assertThat(Client.network(address("2001:db8:1:2:3:4:5:6"), 64)).isEqualTo("2001:db8:1:2::/64");
        assertThat(Client.network(address("2001:db8:1:2:3:4:5:6"), 56)).isEqualTo("2001:db8:1::/56");
        assertThat(Client.network(address("2001:db8:1:2:3:4:5:6"), 128)).isEqualTo("2001:db8:1:2:3:4:5:6");
    }
}
