// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.pool.DiscardReason;
import org.postlane.pool.PoolLimits;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;
import org.postlane.testing.fleet.Phase;

/**
 * More destinations that stall and were never tried before than there are turns for such destinations: a new one gets its mail
 * all the same, long before any time-out, because some of the others give way. {@code FleetDelivery.PATIENCE} is shorter than the
 * shortest time-out but for CONTENT, at which no mail here stalls.
 */
class MoreTarpitsThanTurnsTest {
    private static final int TARPITS = 1_500;
    private static final int HEALTHY = 100_000;
    /** A small content fits into the buffers between and stalls at its final dot, which is a phase of its own. */
    private static final List<Phase> PHASES = List.of(Phase.CONNECT, Phase.EHLO, Phase.STARTTLS, Phase.HANDSHAKE, Phase.MAIL,
        Phase.RCPT, Phase.DATA, Phase.DOT);

    private final FleetDelivery net = new FleetDelivery();

    @AfterEach
    void close() {
        net.close();
    }

    private List<FleetHost> tarpits() {
        return IntStream.range(0, TARPITS).mapToObj(net::host).toList();
    }

    @Test
    void aNewDomainThatComesLastGetsItsMailWhileAllTheOthersStillStall() throws Exception {
        net.delivery.queues.notesPuts = false;
        net.delivery.queues.realDelay = delay -> delay.compareTo(Duration.ofSeconds(1)) > 0 ? Duration.ofSeconds(1) : delay;
        for (int i = 0; i < TARPITS; i++) {
            net.host(i).behave(HostBehaviour.healthy().stallingAt(PHASES.get(i % PHASES.size())));
        }
        net.start();
        for (int i = 0; i < TARPITS; i++) {
            net.send("t" + i, "x@" + FleetNames.domain(i));
        }
        eventually().until(() -> tarpits().stream().mapToInt(FleetHost::stalled).sum() >= PoolLimits.DEFAULT_MAX_TOTAL / 2);
        net.send("new", "x@" + FleetNames.domain(HEALTHY));

        eventually().until(() -> net.host(HEALTHY).taken() == 1);
        assertThat(tarpits()).noneMatch(host -> host.taken() > 0);
        assertThat(tarpits().stream().mapToInt(FleetHost::stalled).sum()).isPositive();
        assertThat(net.delivery.engine.stats().discarded(DiscardReason.GAVE_WAY)).isPositive();
        assertThat(net.fleet.peak()).isLessThanOrEqualTo(PoolLimits.DEFAULT_MAX_TOTAL);
        // Nothing was ambiguous: who stalls at the final dot was left alone, and nobody else has the mail.
        tarpits().forEach(host -> host.behave(HostBehaviour.healthy()).release());
        net.everythingArrivesOnce();
    }
}
