// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;
import org.postlane.testing.fleet.Phase;

/** A domain with a second mail server for when the first does not answer. */
class BackupMxTest {
    private static final String DOMAIN = "two.test";
    private static final int MAILS = 50;

    private final FleetDelivery net = new FleetDelivery(Fleet.at("127.1.0.1", "127.1.0.2"), new FastTime(60));
    private final FleetHost first = net.fleet.host("127.1.0.1");
    private final FleetHost second = net.fleet.host("127.1.0.2");

    enum Outage {
        CLOSED_PORT, RESET, TURNS_AWAY, FAILS, SILENT_AT_CONNECT, SILENT_AT_EHLO;

        void begin(FleetHost host) {
            switch (this) {
                case CLOSED_PORT -> host.stopListening();
                case RESET -> host.behave(HostBehaviour.healthy().resetting());
                case TURNS_AWAY -> host.behave(HostBehaviour.healthy().greeting("421 4.3.2 Closed"));
                case FAILS -> host.behave(HostBehaviour.healthy().greeting("554 5.3.2 No service"));
                case SILENT_AT_CONNECT -> host.behave(HostBehaviour.healthy().stallingAt(Phase.CONNECT));
                case SILENT_AT_EHLO -> host.behave(HostBehaviour.healthy().stallingAt(Phase.EHLO));
                default -> throw new AssertionError(this);
            }
        }

        void end(FleetHost host) {
            host.behave(HostBehaviour.healthy());
            if (this == CLOSED_PORT) {
                host.listen();
            }
        }
    }

    @AfterEach
    void close() {
        net.close();
    }

    @ParameterizedTest
    @EnumSource(Outage.class)
    void theBackupTakesOverAndTheFirstIsUsedAgainWhenItIsBack(Outage outage) throws Exception {
        net.names.domain(DOMAIN, first.address(), second.address());
        // Long enough for a busy machine, short enough to be waited for.
        net.start("timeout", "3000", "connectiontimeout", "3000", "idleTimeout", "100 ms");
        net.send("before", "x@" + DOMAIN);
        net.everythingArrivesOnce();
        assertThat(first.taken()).isEqualTo(1);
        eventually().until(() -> first.open() == 0);

        outage.begin(first);
        for (int i = 0; i < MAILS; i++) {
            net.send("m" + i, "x@" + DOMAIN);
        }
        net.everythingArrivesOnce();
        assertThat(second.taken()).isEqualTo(MAILS);
        assertThat(net.delivery.queues.putBack()).as("mails that had to be tried again").isEmpty();

        outage.end(first);
        AtomicInteger sent = new AtomicInteger();
        eventually().until(() -> {
            net.send("after" + sent.incrementAndGet(), "x@" + DOMAIN);
            net.everythingArrivesOnce();
            return first.taken() > 1;
        });
    }

    @Test
    void theBackupGetsNothingWhileTheFirstAnswers() throws Exception {
        net.names.domain(DOMAIN, first.address(), second.address());
        net.start();
        for (int i = 0; i < MAILS; i++) {
            net.send("m" + i, "x@" + DOMAIN);
        }
        net.everythingArrivesOnce();
        assertThat(first.taken()).isEqualTo(MAILS);
        assertThat(second.opened()).isZero();
    }
}
