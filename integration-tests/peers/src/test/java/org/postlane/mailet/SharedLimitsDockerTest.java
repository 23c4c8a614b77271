// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.outbound.EngineTime;
import org.postlane.peers.RedisPeer;
import org.postlane.testing.docker.RequiresDocker;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;

/** Two engines with one Redis between them, and a host that counts connections and mails. */
@RequiresDocker
class SharedLimitsDockerTest {
    private static final int LIMIT = 3;
    private static final int MAILS = 150;
    private static final String DOMAIN = FleetNames.domain(1);

    @RegisterExtension
    static final RedisPeer REDIS = new RedisPeer();

    private final FleetDelivery first = new FleetDelivery(Fleet.everywhere(), EngineTime.SYSTEM);
    private final Delivery second = new Delivery(EngineTime.SYSTEM);
    private final FleetHost host = first.host(1);

    @AfterEach
    void close() {
        second.close();
        first.close();
    }

    private void start(String... parameters) throws Exception {
        second.dns = first.names;
        List<String> all = new ArrayList<>(List.of("sharedLimits", REDIS.url(), "nodes", "2"));
        all.addAll(List.of(parameters));
        first.start(all.toArray(String[]::new));
        all.addAll(List.of("mxPort", String.valueOf(first.fleet.port())));
        second.start(all.toArray(String[]::new));
        eventually().until(() -> List.of(first.delivery, second).stream().noneMatch(SharedLimitsDockerTest::isAway));
    }

    private static boolean isAway(Delivery delivery) {
        return delivery.gauges.get("postlane.sharedLimits.away").get().equals(1);
    }

    private void send(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            first.delivery.send("a" + i, "x@" + DOMAIN);
            second.send("b" + i, "x@" + DOMAIN);
        }
    }

    @Test
    void bothTogetherHaveNoMoreConnectionsToAHostThanOneMayHave() throws Exception {
        start("maxConnectionsPerHost", String.valueOf(LIMIT));
        host.behave(HostBehaviour.healthy().slow(Duration.ofMillis(5)));
        send(0, MAILS);
        eventually().until(() -> host.taken() == 2 * MAILS);
        assertThat(host.peak()).isBetween(2, LIMIT);
        assertThat(first.tally.repeated()).isEmpty();
        assertThat(first.delivery.engine.stats().acquired()).isPositive();
        assertThat(second.engine.stats().acquired()).isPositive();
    }

    @Test
    void aRedisThatDiesLosesNothingIsToldOfAndIsFoundAgain() throws Exception {
        start("rates", DOMAIN + "=200/s");
        send(0, MAILS);
        eventually().until(() -> host.taken() > MAILS / 4);
        REDIS.kill();
        eventually().until(() -> isAway(second) && isAway(first.delivery));
        assertThat(second.criticalStates.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.isCritical()).isFalse();
            assertThat(problem.toString()).contains("limits are not shared with the other nodes", REDIS.url());
        });
        eventually().until(() -> host.taken() == 2 * MAILS);
        REDIS.run();
        eventually().until(() -> !isAway(second) && !isAway(first.delivery));
        assertThat(second.criticalStates.problems()).isEmpty();
        send(MAILS, MAILS + 10);
        eventually().until(() -> host.taken() == 2 * MAILS + 20);
        assertThat(first.tally.repeated()).isEmpty();
    }

    @Test
    void bothTogetherKeepARateOfConnections() throws Exception {
        int perSecond = 5;
        start("connectionRates", "default=" + perSecond + "/s", "maxMailsPerConnection", "1");
        send(0, 8);
        eventually().until(() -> host.taken() == 16);
        List<Long> at = host.connectedAt().stream().sorted().toList();
        double seconds = (at.get(at.size() - 1) - at.get(0)) / 1e9;
        // What a quarter of a second allows may come at once.
        assertThat(seconds).isGreaterThan((16 - 1 - 2) / (double) perSecond - 0.5);
        assertThat(host.opened()).isEqualTo(16);
    }
}
