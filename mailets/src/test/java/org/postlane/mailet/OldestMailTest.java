// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.lane.JumpingClock;
import org.postlane.outbound.EngineTime;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.HostBehaviour;

class OldestMailTest {
    private final JumpingClock clock = new JumpingClock();
    private final FleetDelivery net = new FleetDelivery(Fleet.everywhere(), EngineTime.SYSTEM);

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void theAgeOfTheOldestMailIsShownWhileItWaitsForItsNextAttempt() throws Exception {
        net.delivery.clock = clock;
        net.host(0).behave(HostBehaviour.healthy().rcpt("450 4.2.0 Later"));
        net.start("delayTime", "3 hours");
        net.delivery.send("old", "a@" + FleetNames.domain(0));
        eventually().until(() -> net.delivery.metrics.countFor("postlane.outbound.deferred") == 1 && inHand() == 0);
        clock.jump(Duration.ofMinutes(30));
        assertThat(oldest()).isEqualTo(1_800);
        net.delivery.send("young", "b@" + FleetNames.domain(0));
        eventually().until(() -> net.delivery.metrics.countFor("postlane.outbound.deferred") == 2 && inHand() == 0);
        assertThat(oldest()).isEqualTo(1_800);
    }

    private long oldest() {
        return (long) net.delivery.gauges.get("postlane.queue.outgoing.oldestSeconds").get();
    }

    private int inHand() {
        return (int) net.delivery.gauges.get("postlane.queue.outgoing.inHand").get();
    }
}
