// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;

/** Destinations that were down and are back. */
class RecoveryTest {
    private static final int MAILS = 100;
    private static final int TIMES = 60;

    private final FleetDelivery net = new FleetDelivery(Fleet.everywhere(), new FastTime(2));

    @AfterEach
    void close() {
        net.close();
    }

    private long attemptsCounted() {
        return net.delivery.queues.putBack().stream()
            .filter(put -> Integer.valueOf(1).equals(put.attributes().get("delivery_retry_count"))).count();
    }

    /** A host that is down says so, or says nothing: either way only the mails that met it are its witnesses. */
    enum Outage {
        TURNS_AWAY, RESETS;

        HostBehaviour behaviour() {
            return this == RESETS ? HostBehaviour.healthy().resetting()
                : HostBehaviour.healthy().greeting("421 4.3.2 Closed for today");
        }
    }

    @ParameterizedTest
    @EnumSource(Outage.class)
    void aDomainThatRecoversGetsOneProbeAndThenEverythingWithoutWaitingForTheMailsOwnSchedules(Outage outage) throws Exception {
        FleetHost host = net.host(1).behave(outage.behaviour());
        // A mail that was attempted itself comes back in hours: only those that were not may come with the probe.
        net.start("delayTime", "3 hours", "maxRetries", "5");
        net.delivery.send("first", "x@" + FleetNames.domain(1));
        eventually().until(() -> host.opened() > 0);
        for (int i = 0; i < MAILS; i++) {
            net.delivery.send("m" + i, "x@" + FleetNames.domain(1));
        }
        int whileDown = host.opened();
        eventually().until(() -> host.opened() > whileDown);
        host.behave(HostBehaviour.healthy());
        assertThat(host.peak()).as("a domain that does not work gets one probe at a time").isEqualTo(1);

        eventually().until(() -> host.taken() == MAILS + 1 - attemptsCounted());
        assertThat(attemptsCounted()).as("mails that met the outage").isLessThanOrEqualTo(host.refused());
        assertThat(host.refused()).as("connections while it was down").isLessThan(5);
        assertThat(net.tally.repeated()).isEmpty();
        assertThat(net.delivery.context.reports).isEmpty();
    }

    /** Nobody but the probes has met the outage: they alone are attempts, and the others come when the domain is back. */
    @Test
    void mailThatWasNeverTriedHasNoAttemptCountedHoweverLongItsDestinationWasDown() throws Exception {
        try (FleetDelivery fast = new FleetDelivery(Fleet.everywhere(), new FastTime(TIMES))) {
            fast.delivery.queues.realDelay = delay -> delay.dividedBy(TIMES);
            FleetHost host = fast.host(1).behave(Outage.TURNS_AWAY.behaviour());
            fast.start();
            for (int i = 0; i < MAILS; i++) {
                fast.send("m" + i, "x@" + FleetNames.domain(1));
            }
            eventually().until(() -> fast.delivery.destination(FleetNames.domain(1)).remaining()
                .filter(left -> left.compareTo(Duration.ofMinutes(1)) > 0).isPresent());
            eventually().until(() -> fast.delivery.destination(FleetNames.domain(1)).waiting() == 0);
            int met = host.refused();
            host.behave(HostBehaviour.healthy());

            fast.everythingArrivesOnce();
            long counted = fast.delivery.queues.putBack().stream()
                .filter(put -> !Integer.valueOf(0).equals(put.attributes().getOrDefault("delivery_retry_count", 0)))
                .map(WatchedQueues.Put::name).distinct().count();
            assertThat(counted).as("mails with an attempt").isLessThanOrEqualTo(Math.max(met, host.refused()));
        }
    }
}
