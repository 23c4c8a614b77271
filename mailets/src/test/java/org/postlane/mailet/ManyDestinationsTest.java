// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Destinations by the thousand, most of which are never heard of again. */
class ManyDestinationsTest {
    private static final int DESTINATIONS = 10_000;
    private static final int CONNECTIONS = 256;

    private final FleetDelivery net = new FleetDelivery();

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void tenThousandDestinationsWithOneMailEachAllGetItAndTheCapsHold() throws Exception {
        net.delivery.queues.notesPuts = false;
        net.start("maxConnections", String.valueOf(CONNECTIONS));
        for (int i = 0; i < DESTINATIONS; i++) {
            net.send("m" + i, "x@" + FleetNames.domain(i));
        }
        net.everythingArrivesOnce();
        assertThat(net.fleet.peak()).isLessThanOrEqualTo(CONNECTIONS);
        assertThat(net.fleet.hosts()).allMatch(host -> host.opened() == 1);
        assertThat(net.delivery.context.reports).isEmpty();
    }
}
