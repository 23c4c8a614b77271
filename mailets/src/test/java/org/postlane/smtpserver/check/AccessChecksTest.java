// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.smtpserver.HandlerServer;
import org.postlane.smtpserver.Rejection.Reason;
import org.postlane.smtpserver.Rejections;

/** Blocked networks, and listeners for those only who log in. */
class AccessChecksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RecordingMetricFactory metrics = new RecordingMetricFactory();
    private final NetworkFiles files = new NetworkFiles();
    @TempDir
    Path directory;
    private HandlerServer server;

    @AfterEach
    void close() {
        files.close();
        if (server != null) {
            server.close();
        }
    }

    private BlockedNetworks blocked(String element) {
        // Files are absolute here.
        BlockedNetworks blocked = new BlockedNetworks(new Rejections(metrics), files, new JamesFiles(null));
        blocked.init(HandlerServer.element(element));
        return blocked;
    }

    @Test
    void aBlockedClientIsTold554AndNothingElse() throws Exception {
        server = HandlerServer.with(metrics, blocked("<networks>127.0.5.0/24, 2001:db8::/32</networks>"
            + "<trustedNetworks>127.0.5.9</trustedNetworks>"));
        try (HandlerServer.Client client = server.from("127.0.5.7")) {
            assertThat(client.reply()).isEqualTo("554 5.7.1 Client [127.0.5.7] is blocked here");
            assertThat(client.reply()).isNull();
        }
        server.from("127.0.6.1").greeted().close();
        server.from("127.0.5.9").greeted().close();
        assertThat(server.refused(Reason.BLOCKED_NETWORK)).isEqualTo(1);
    }

    @Test
    void overTlsToo() throws Exception {
        server = HandlerServer.overTls(metrics, blocked("<networks>127.0.5.0/24</networks>"));
        try (HandlerServer.Client client = server.from("127.0.5.7")) {
            assertThat(client.reply()).startsWith("554 5.7.1 ");
            assertThat(client.reply()).isNull();
        }
    }

    @Test
    void behindAProxyItIsTheClientThatCounts() throws Exception {
        server = HandlerServer.behindProxy(metrics, blocked("<networks>2001:db8:bad::/48</networks>"));
        try (HandlerServer.Client client = server.proxied("2001:db8:bad::1")) {
            assertThat(client.reply()).startsWith("220 ");
            assertThat(client.reply()).startsWith("554 5.7.1 Client [2001:db8:bad::1]");
            assertThat(client.reply()).isNull();
        }
        server.proxied("2001:db8:900d::1").greeted().close();
    }

    @Test
    void whoLogsInMaySendFromANetworkThatIsBlockedAtMail() throws Exception {
        server = HandlerServer.with(metrics, blocked("<networks>127.0.5.0/24</networks><at>mail</at>"));
        try (HandlerServer.Client client = server.from("127.0.5.7").greeted()) {
            assertThat(client.mail("ann@example.org")).isEqualTo("550 5.7.1 Client [127.0.5.7] is blocked here");
            assertThat(client.asUser("ann@example.org").mail("ann@example.org")).startsWith("250");
        }
    }

    @Test
    void aFileThatChangesCountsAndABrokenOneDoesNot() throws Exception {
        Path file = Files.writeString(directory.resolve("blocked.txt"), "# them\n127.0.5.0/24, 192.0.2.0/24 # both\n");
        server = HandlerServer.with(metrics, blocked("<networksFile>" + file + "</networksFile>"));
        assertThat(first("127.0.5.7")).startsWith("554 ");
        assertThat(first("127.0.6.7")).startsWith("220 ");
        try (HandlerServer.Client connected = server.from("127.0.6.7").greeted()) {
            Path next = Files.writeString(directory.resolve("next"), "127.0.6.7\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            await().atMost(PATIENCE).until(() -> first("127.0.6.7").startsWith("554 "));
            assertThat(first("127.0.5.7")).startsWith("220 ");
            assertThat(connected.mail("ann@example.org")).as("who is connected already").startsWith("550 5.7.1 ");
        }

        Files.writeString(file, "127.0.5.7\nno network\n");
        await().during(Duration.ofSeconds(4)).atMost(PATIENCE).until(() -> first("127.0.6.7").startsWith("554 "));
        assertThat(first("127.0.5.7")).startsWith("220 ");
    }

    private String first(String address) throws Exception {
        try (HandlerServer.Client client = server.from(address)) {
            return client.reply();
        }
    }

    @Test
    void whatIsWrongStopsTheStartAndIsNamed() throws Exception {
        assertThatThrownBy(() -> blocked("<networks>127.0.5.1/24</networks>")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("smtpserver.xml, handler BlockedNetworks: <networks>127.0.5.1/24<");
        assertThatThrownBy(() -> blocked("<at>rcpt</at>")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<at>rcpt</at>: expected connect or mail");
        Path broken = Files.writeString(directory.resolve("broken.txt"), "192.0.2.0/24\n\n192.0.2.300\n");
        assertThatThrownBy(() -> blocked("<networksFile>" + broken + "</networksFile>")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<networksFile>")
            .hasMessageContaining(broken + ", line 3: \"192.0.2.300\": expected a network");
        assertThatThrownBy(() -> blocked("<networksFile>" + directory.resolve("none") + "</networksFile>"))
            .isInstanceOf(ConfigurationError.class).hasMessageContaining("cannot be read");
    }

    @Test
    void mailIsTakenFromNobodyWhoHasNotLoggedIn() throws Exception {
        RequireAuth require = new RequireAuth(new Rejections(metrics));
        require.init(HandlerServer.element("<trustedNetworks>127.0.0.9</trustedNetworks>"));
        server = HandlerServer.with(metrics, require);
        try (HandlerServer.Client client = server.from("127.0.0.2").greeted();
                HandlerServer.Client trusted = server.from("127.0.0.9").greeted()) {
            assertThat(client.mail("ann@example.org")).isEqualTo("530 5.7.0 Authentication required");
            assertThat(client.mail("")).startsWith("530 5.7.0 ");
            assertThat(client.rcpt("ann@example.org")).startsWith("503 ");
            assertThat(client.send("NOOP")).startsWith("250 ");
            assertThat(client.asUser("ann@example.org").mail("ann@example.org")).startsWith("250");
            assertThat(trusted.mail("ann@example.org")).startsWith("250");
        }
        assertThat(server.refused(Reason.AUTH_REQUIRED)).isEqualTo(2);
    }
}
