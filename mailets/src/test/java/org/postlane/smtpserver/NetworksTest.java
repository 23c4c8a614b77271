// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.common.net.InetAddresses;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.slf4j.LoggerFactory;

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

    @Test
    void networksAreToldAsTheyAreWritten() {
        assertThat(Networks.LOOPBACK).hasToString("127.0.0.0/8, ::1");
        assertThat(Networks.PRIVATE).hasToString(
            "10.0.0.0/8, 127.0.0.0/8, 172.16.0.0/12, 169.254.0.0/16, 192.168.0.0/16, fc00::/7, fe80::/10, ::1");
        assertThat(Networks.of(List.of("192.0.2.1", "2001:db8::/32"))).hasToString("192.0.2.1, 2001:db8::/32");
    }

    @Test
    void whomAHandlerTrustsUnaskedIsLoggedOnceForItsKind() {
        Logger logger = (Logger) LoggerFactory.getLogger(Rejections.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
        try {
            Rejections rejections = new Rejections(new RecordingMetricFactory());
            for (String where : List.of("smtpserver.xml, handler A", "smtpserver.xml, handler A", "smtpserver.xml, handler B")) {
                assertThat(rejections.trusted(new Parameters(where, Map.of()), Networks.LOOPBACK)).isSameAs(Networks.LOOPBACK);
            }
            rejections.trusted(new Parameters("smtpserver.xml, handler C", Map.of("trustedNetworks", "none")), Networks.LOOPBACK);
            assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly(
                "smtpserver.xml, handler A: <trustedNetworks> is not set, and clients in 127.0.0.0/8, ::1 are not looked at",
                "smtpserver.xml, handler B: <trustedNetworks> is not set, and clients in 127.0.0.0/8, ::1 are not looked at");
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(null);
        }
    }
}
