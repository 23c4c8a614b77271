// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.smtpserver.HandlerServer;
import org.postlane.smtpserver.Rejection.Reason;
import org.postlane.smtpserver.Rejections;

class ConnectionLimitsTest {
    private final RecordingMetricFactory metrics = new RecordingMetricFactory();
    private final ConnectionLimits limits = new ConnectionLimits(new Rejections(metrics));
    private HandlerServer server;

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private void limit(String element) {
        limits.init(HandlerServer.element(element + "<trustedNetworks>127.0.0.9</trustedNetworks>"));
    }

    @Test
    void aConnectionTooManyFromOneAddressIsTold421AndClosed() throws Exception {
        limit("<maxConnectionsPerAddress>2</maxConnectionsPerAddress>");
        server = HandlerServer.with(metrics, limits);
        try (HandlerServer.Client one = server.from("127.0.0.2").greeted();
                HandlerServer.Client two = server.from("127.0.0.2").greeted();
                HandlerServer.Client three = server.from("127.0.0.2")) {
            assertThat(three.reply()).startsWith("421 4.7.0 Too many connections from 127.0.0.2");
            assertThat(three.reply()).as("not even a greeting").isNull();
            assertThat(one.send("NOOP")).startsWith("250");
            assertThat(two.send("NOOP")).startsWith("250");
            server.from("127.0.0.3").greeted().close();
        }
        assertThat(server.refused(Reason.TOO_MANY_CONNECTIONS_PER_ADDRESS)).isEqualTo(1);
    }

    @Test
    void aConnectionTooManyInTotalIsTold421AndTrustedOnesAreNotCounted() throws Exception {
        limit("<maxConnections>2</maxConnections>");
        server = HandlerServer.with(metrics, limits);
        try (HandlerServer.Client trusted = server.from("127.0.0.9").greeted();
                HandlerServer.Client one = server.from("127.0.0.2").greeted();
                HandlerServer.Client two = server.from("127.0.0.3").greeted();
                HandlerServer.Client three = server.from("127.0.0.4")) {
            assertThat(three.reply()).startsWith("421 4.7.0 Too many connections, ");
            assertThat(three.reply()).isNull();
            server.from("127.0.0.9").greeted().close();
            assertThat(limits.networks()).as("who was refused leaves nothing behind").isEqualTo(2);
            assertThat(trusted.send("NOOP") + one.send("NOOP") + two.send("NOOP")).doesNotContain("421");
        }
        assertThat(server.refused(Reason.TOO_MANY_CONNECTIONS)).isEqualTo(1);
    }

    @Test
    void overTlsToo() throws Exception {
        limit("<maxConnectionsPerAddress>1</maxConnectionsPerAddress>");
        server = HandlerServer.overTls(metrics, limits);
        try (HandlerServer.Client one = server.from("127.0.0.2").greeted();
                HandlerServer.Client two = server.from("127.0.0.2")) {
            assertThat(two.reply()).startsWith("421 4.7.0 ");
            assertThat(two.reply()).isNull();
            assertThat(one.send("NOOP")).startsWith("250");
        }
        await().until(() -> limits.open() == 0 && limits.networks() == 0);
        server.from("127.0.0.2").greeted().close();
    }

    @Test
    void whoeverLeavesInWhateverWayIsCountedDown() throws Exception {
        limit("<maxConnections>40</maxConnections>");
        server = HandlerServer.with(metrics, limits);
        for (int round = 0; round < 5; round++) {
            List<HandlerServer.Client> clients = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                clients.add(server.from("127.0.1." + (1 + i % 10)).greeted());
            }
            HandlerServer.Client late = server.from("127.0.2.1");
            assertThat(late.reply()).startsWith("421 ");
            late.vanish();
            for (int i = 0; i < clients.size(); i++) {
                switch (i % 4) {
                    case 0 -> clients.get(i).vanish();
                    case 1 -> clients.get(i).close();
                    case 2 -> {
                        clients.get(i).pipeline("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.org>", "DATA", "half a");
                        clients.get(i).vanish();
                    }
                    default -> {
                        assertThat(clients.get(i).send("QUIT")).startsWith("221");
                        clients.get(i).close();
                    }
                }
            }
            await().until(() -> limits.open() == 0 && limits.networks() == 0);
        }
    }

    @Test
    void whoNeverFinishesTheHandshakeIsCountedDown() throws Exception {
        limit("<maxConnectionsPerAddress>1</maxConnectionsPerAddress>");
        server = HandlerServer.overTls(metrics, limits);
        HandlerServer.RawClient silent = server.raw("127.0.0.2");
        await().until(() -> limits.open() == 1);
        silent.vanish();
        await().until(() -> limits.open() == 0 && limits.networks() == 0);
        server.from("127.0.0.2").greeted().close();
    }

    @Test
    void manyAddressesOfOneIpv6NetworkAreOneClient() throws Exception {
        limit("<maxConnectionsPerAddress>2</maxConnectionsPerAddress>");
        server = HandlerServer.behindProxy(metrics, limits);
        try (HandlerServer.Client one = server.proxied("2001:db8:1:2:3::1").greeted();
                HandlerServer.Client two = server.proxied("2001:db8:1:2:ffff::2").greeted();
                HandlerServer.Client three = server.proxied("2001:db8:1:2::3")) {
            assertThat(three.reply()).as("before the proxy has said who it is").startsWith("220 ");
            assertThat(three.reply()).startsWith("421 4.7.0 Too many connections from 2001:db8:1:2::/64");
            assertThat(three.reply()).isNull();
            server.proxied("2001:db8:1:3::3").greeted().close();
            assertThat(one.send("NOOP") + two.send("NOOP")).doesNotContain("421");
        }
    }

    @Test
    void whoSaysNothingBehindAProxyCountsAsOneOfAll() throws Exception {
        limit("<maxConnections>1</maxConnections><trustedNetworks>192.0.2.0/24</trustedNetworks>");
        server = HandlerServer.behindProxy(metrics, limits);
        try (HandlerServer.Client silent = server.from("127.0.0.2")) {
            await().until(() -> limits.open() == 1);
            try (HandlerServer.Client other = server.from("127.0.0.2")) {
                assertThat(other.reply()).startsWith("421 4.7.0 Too many connections");
            }
            assertThat(silent.reply()).startsWith("220 ");
        }
        await().until(() -> limits.open() == 0);
        try (HandlerServer.Client trusted = server.proxied("192.0.2.7").greeted()) {
            assertThat(trusted.send("NOOP")).startsWith("250");
            assertThat(limits.open()).isZero();
        }
    }

    @Test
    void anotherLengthOfThePrefixMakesOtherClients() throws Exception {
        limit("<maxConnectionsPerAddress>1</maxConnectionsPerAddress><ipv6PrefixLength>128</ipv6PrefixLength>");
        server = HandlerServer.behindProxy(metrics, limits);
        try (HandlerServer.Client one = server.proxied("2001:db8::1").greeted();
                HandlerServer.Client two = server.proxied("2001:db8::2").greeted()) {
            assertThat(one.send("NOOP") + two.send("NOOP")).doesNotContain("421");
        }
    }

    @Test
    void noLimitIsNone() throws Exception {
        limit("<maxConnections>0</maxConnections><maxConnectionsPerAddress>0</maxConnectionsPerAddress>");
        server = HandlerServer.with(metrics, limits);
        List<HandlerServer.Client> clients = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            clients.add(server.from("127.0.0.2").greeted());
        }
        clients.forEach(HandlerServer.Client::close);
        await().until(() -> limits.open() == 0);
    }

    @Test
    void aWrongValueStopsTheStart() {
        assertThatThrownBy(() -> limit("<maxConnections>many</maxConnections>")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("smtpserver.xml, handler ConnectionLimits").hasMessageContaining("<maxConnections>many<")
            .hasMessageContaining("expected a whole number");
        assertThatThrownBy(() -> limit("<maxConnection>1</maxConnection>")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<maxConnections>");
        assertThatThrownBy(() -> limits.init(HandlerServer.element("<trustedNetworks>10.1.0.0/8</trustedNetworks>")))
            .isInstanceOf(ConfigurationError.class).hasMessageContaining("\"10.1.0.0/8\" has digits behind its prefix");
    }
}
