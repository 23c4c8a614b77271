// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postlane.james.ConfigurationError;
import org.postlane.testing.SmtpServer;

/** Limits that are to be shared: what stops the start, and what does not. */
class SharedLimitsParametersTest {
    @ParameterizedTest
    @CsvSource({"sharedLimits, localhost:6379, redis://HOST", "sharedLimits, redis://s3cret@h, redis://HOST",
        "sharedLimits, 'redis://h:6379, s3cret', redis://HOST", "sharedLimits, '', redis://HOST",
        "nodes, 0, a whole number from 1 to 1000", "nodes, two, a whole number from 1 to 1000",
        "sharedLimit, redis://h, <sharedLimits>"})
    void whatCannotBeMeantStopsTheStartAndShowsNoPassword(String key, String value, String expected) {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start(key, value)).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining(key).hasMessageContaining(expected).hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void elementsThatDisagreeStopTheStartAndShowNoPassword() throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start("sharedLimits", "redis://:s3cret@127.0.0.1:1", "nodes", "2");
            delivery.start("outgoing", "same", "sharedLimits", "redis://:s3cret@127.0.0.1:1/0");
            assertThatThrownBy(() -> delivery.start("outgoing", "other", "sharedLimits", "redis://:0ther@127.0.0.1:1"))
                .isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("<sharedLimits>").hasMessageContaining("there is one for the whole James")
                .hasMessageNotContaining("s3cret").hasMessageNotContaining("0ther");
            assertThatThrownBy(() -> delivery.start("outgoing", "third", "nodes", "3"))
                .isInstanceOf(ConfigurationError.class).hasMessageContaining("<nodes>3</nodes>");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aRedisThatIsNotThereIsToldOfAndStopsNoMail() throws Exception {
        try (SmtpServer server = SmtpServer.builder().start(); Delivery delivery = new Delivery()) {
            delivery.domain("a.test", server);
            String redis = "redis://:s3cret@127.0.0.1:" + freePort();
            delivery.start("sharedLimits", redis, "nodes", "4", "maxConnectionsPerHost", "8", "rates", "a.test=1000/s",
                "connectionRates", "default=1000/s");
            for (int i = 0; i < 20; i++) {
                delivery.send("mail" + i, "x@a.test");
            }
            delivery.settled();
            assertThat(server.received()).hasSize(20);
            assertThat(delivery.engine.stats().opened()).as("a quarter of eight").isBetween(1L, 2L);
            Awaitility.await().untilAsserted(() -> assertThat(delivery.criticalStates.problems()).singleElement()
                .satisfies(problem -> {
                    assertThat(problem.isCritical()).isFalse();
                    assertThat(problem.toString()).contains("limits are not shared with the other nodes", "Connection refused")
                        .doesNotContain("s3cret");
                }));
            assertThat(delivery.gauges.get("postlane.sharedLimits.away").get()).isEqualTo(1);
        }
    }

    @Test
    void whoSharesNothingHasNoTrouble() throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start("sharedLimits", "none");
            assertThat(delivery.criticalStates.problems()).isEmpty();
            assertThat(delivery.gauges.get("postlane.sharedLimits.away").get()).isEqualTo(0);
            assertThat(delivery.gauges.get("postlane.sharedLimits.requests").get()).isEqualTo(0L);
        }
    }
}
