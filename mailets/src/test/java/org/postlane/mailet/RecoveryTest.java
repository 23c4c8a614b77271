// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;

/** Destinations that were down and are back. */
class RecoveryTest {
    private static final int MAILS = 100;

    private final FleetDelivery net = new FleetDelivery(Fleet.everywhere(), new FastTime(6));

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void aDomainThatRecoversGetsOneProbeAndThenEverythingWithoutWaitingForTheMailsOwnSchedules() throws Exception {
        FleetHost host = net.host(1).behave(HostBehaviour.healthy().greeting("421 4.3.2 Closed for today"));
        // A mail that was attempted itself comes back in hours: only those that were not may come with the probe.
        net.start("delayTime", "3 hours", "maxRetries", "5");
        net.send("first", "x@" + FleetNames.domain(1));
        eventually().until(() -> !net.delivery.queues.putBack().isEmpty());
        int whileDown = host.opened();
        for (int i = 0; i < MAILS; i++) {
            net.delivery.send("m" + i, "x@" + FleetNames.domain(1));
        }
        eventually().until(() -> host.opened() > whileDown);
        assertThat(host.peak()).as("a domain that does not work gets one probe at a time").isEqualTo(1);
        List<WatchedQueues.Put> attempted = net.delivery.queues.putBack().stream()
            .filter(put -> Integer.valueOf(1).equals(put.attributes().get("delivery_retry_count"))).toList();
        assertThat(attempted).as("mails that were attempted while it was down").hasSizeLessThan(10);

        host.behave(HostBehaviour.healthy());
        eventually().until(() -> host.taken() >= MAILS + 1 - 10);
        long later = net.delivery.queues.putBack().stream()
            .filter(put -> Integer.valueOf(1).equals(put.attributes().get("delivery_retry_count"))).count();
        eventually().until(() -> host.taken() == MAILS + 1 - later);
        assertThat(net.tally.repeated()).isEmpty();
        assertThat(net.delivery.context.bounced).isEmpty();
    }
}
