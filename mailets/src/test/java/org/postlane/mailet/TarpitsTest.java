// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.pool.PoolLimits;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;
import org.postlane.testing.fleet.Phase;

/**
 * Hosts that take the connection and then the time. No phase's time-out passes while the healthy domain gets its mail: it
 * waits for none of them. {@code -Dpostlane.proof.tarpitMails=100} is the full size.
 */
class TarpitsTest {
    private static final int TARPITS = 300;
    private static final int MAILS_EACH = Integer.getInteger("postlane.proof.tarpitMails", 10);
    private static final int HEALTHY = 100_000;
    private static final int HEALTHY_MAILS = 200;
    private static final List<Phase> PHASES = List.of(Phase.values());
    private static final int LARGE = 1 << 20;

    private final FleetDelivery net = new FleetDelivery();

    @BeforeEach
    void tarpits() {
        net.delivery.queues.notesPuts = false;
        for (int i = 0; i < TARPITS; i++) {
            net.host(i).behave(HostBehaviour.healthy().stallingAt(phaseOf(i)));
        }
        // What is handed back comes again soon, or the end of the test would.
        net.delivery.queues.realDelay = delay -> delay.compareTo(Duration.ofSeconds(1)) > 0 ? Duration.ofSeconds(1) : delay;
    }

    @AfterEach
    void close() {
        net.close();
    }

    private static Phase phaseOf(int tarpit) {
        return PHASES.get(tarpit % PHASES.size());
    }

    private void sendToTarpits() throws Exception {
        for (int mail = 0; mail < MAILS_EACH; mail++) {
            for (int i = 0; i < TARPITS; i++) {
                String name = "t" + i + "-" + mail;
                // A content that fits into the buffers between stalls at its final dot.
                if (phaseOf(i) == Phase.CONTENT && mail == 0) {
                    net.sendLarge(name, LARGE, "x@" + FleetNames.domain(i));
                } else {
                    net.send(name, "x@" + FleetNames.domain(i));
                }
            }
        }
    }

    private void sendToHealthy(String what, int mails) throws Exception {
        for (int i = 0; i < mails; i++) {
            net.send(what + i, "x" + i + "@" + FleetNames.domain(HEALTHY));
        }
    }

    private List<FleetHost> tarpitHosts() {
        return IntStream.range(0, TARPITS).mapToObj(net::host).toList();
    }

    private void everyTarpitStillStalls() {
        assertThat(tarpitHosts()).noneMatch(host -> host.taken() > 0);
        assertThat(tarpitHosts().stream().mapToInt(FleetHost::leftByClient).sum()).as("time-outs that passed").isZero();
        assertThat(tarpitHosts().stream().mapToInt(FleetHost::stalled).sum()).isPositive();
    }

    @Test
    void threeHundredTarpitsDoNotKeepADomainThatWorksFromItsMail() throws Exception {
        net.start();
        sendToHealthy("before", 20);
        eventually().until(() -> net.host(HEALTHY).taken() == 20);
        sendToTarpits();
        eventually().until(() -> tarpitHosts().stream().mapToInt(FleetHost::stalled).sum() > 100);
        sendToHealthy("beside", HEALTHY_MAILS);
        eventually().until(() -> net.host(HEALTHY).taken() == 20 + HEALTHY_MAILS);
        everyTarpitStillStalls();
        whenTheyGoOnEverythingArrivesOnce();
    }

    @Test
    void threeHundredTarpitsDoNotKeepADomainThatIsNewFromItsMail() throws Exception {
        net.start();
        sendToTarpits();
        eventually().until(() -> tarpitHosts().stream().mapToInt(FleetHost::stalled).sum() > 100);
        sendToHealthy("new", HEALTHY_MAILS);
        eventually().until(() -> net.host(HEALTHY).taken() == HEALTHY_MAILS);
        everyTarpitStillStalls();
        whenTheyGoOnEverythingArrivesOnce();
    }

    /** A tarpit that goes on has kept the mail of nobody: all of it arrives, and arrives once. */
    private void whenTheyGoOnEverythingArrivesOnce() {
        tarpitHosts().forEach(host -> host.behave(HostBehaviour.healthy()).release());
        net.everythingArrivesOnce();
        assertThat(net.fleet.peak()).isLessThanOrEqualTo(PoolLimits.DEFAULT_MAX_TOTAL);
    }
}
