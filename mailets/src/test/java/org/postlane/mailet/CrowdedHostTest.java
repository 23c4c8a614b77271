// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.fleet.HostBehaviour;

/** Hosts that say when they have had enough, without having said so before. */
class CrowdedHostTest {
    private final FleetDelivery net = new FleetDelivery();

    @AfterEach
    void close() {
        net.close();
    }

    /** How often a mail was put back with an attempt counted. */
    private long attemptsCounted() {
        return net.delivery.queues.putBack().stream()
            .filter(put -> !Integer.valueOf(0).equals(put.attributes().getOrDefault("delivery_retry_count", 0))).count();
    }

    @Test
    void aHostThatAnswers421AfterEveryTenMailsGetsThemAllOnceAndNoAttemptIsCounted() throws Exception {
        net.host(1).behave(HostBehaviour.healthy().mailsPerConnection(10));
        net.start();
        for (int i = 0; i < 500; i++) {
            net.send("m" + i, "x@" + FleetNames.domain(1));
        }
        net.everythingArrivesOnce();
        assertThat(attemptsCounted()).isZero();
        assertThat(net.host(1).opened()).isGreaterThanOrEqualTo(50);
        assertThat(net.delivery.context.reports).isEmpty();
    }

    @Test
    void aHostThatTakesTwoConnectionsIsNotDrivenToRefuseMoreThanAFew() throws Exception {
        net.host(1).behave(HostBehaviour.healthy().maxConnections(2));
        net.start();
        for (int i = 0; i < 500; i++) {
            net.send("m" + i, "x@" + FleetNames.domain(1));
        }
        net.everythingArrivesOnce();
        assertThat(attemptsCounted()).isZero();
        assertThat(net.host(1).refused()).as("connections turned away").isLessThan(100);
        assertThat(net.delivery.context.reports).isEmpty();
    }
}
