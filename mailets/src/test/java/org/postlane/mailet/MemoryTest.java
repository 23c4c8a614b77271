// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;
import org.postlane.testing.fleet.Phase;
import org.postlane.testing.fleet.Tally;

/** What arrives does not decide how much memory is needed: the engine in a JVM with a small heap, which out of memory ends. */
class MemoryTest {
    private static final int RECIPIENTS = 100_000;
    private static final int RECIPIENT_DOMAINS = 1_000;
    /** Together 320 MB. */
    private static final int MAILS = 800;
    private static final int OCTETS = 400_000;

    private final Fleet fleet = Fleet.everywhere();
    private final Tally tally = new Tally(fleet);

    @AfterEach
    void close() {
        fleet.close();
    }

    @Test
    void oneMailToAHundredThousandRecipientsInAThousandDomainsFitsInto512MegabytesAndArrivesOnce() throws Exception {
        try (ChildJvm engine = ChildJvm.start("512m", EngineProcess.class, fleet.port(), "memory", EngineProcess.Work.HUGE_MAIL,
            RECIPIENTS, RECIPIENT_DOMAINS)) {
            eventually().until(() -> engine.hasSaid(EngineProcess.SENT));
            eventually().until(() -> tally.arrived() == RECIPIENTS || !engine.isRunning());
            engine.tellToEnd();
            assertThat(engine.end()).as(engine.last()).isZero();
        }
        assertThat(tally.lost(Arrays.stream(EngineProcess.recipients(RECIPIENTS, RECIPIENT_DOMAINS))
            .map(recipient -> Tally.key("huge@home.test", recipient)).toList())).isEmpty();
        assertThat(tally.repeated()).isEmpty();
        // A hundred to each of a thousand domains: RFC 5321 4.5.3.1.8 lets them share a transaction.
        assertThat(fleet.taken()).isEqualTo(RECIPIENT_DOMAINS);
    }

    @Test
    void moreMailThanMemoryWaitsInTheQueueWhileNoHostAnswers(@TempDir Path directory) throws Exception {
        fleet.byDefault(HostBehaviour.healthy().stallingAt(Phase.CONNECT));
        try (ChildJvm engine = ChildJvm.start("256m", EngineProcess.class, fleet.port(), directory, EngineProcess.Work.MUCH_MAIL,
            MAILS, OCTETS)) {
            eventually().until(() -> engine.hasSaid(EngineProcess.SENT));
            assertThat(fleet.taken()).isZero();
            assertThat(fleet.hosts().stream().mapToInt(FleetHost::stalled).sum()).isPositive();
            fleet.byDefault(HostBehaviour.healthy());
            fleet.hosts().forEach(host -> host.behave(HostBehaviour.healthy()).release());
            eventually().until(() -> tally.arrived() == MAILS || !engine.isRunning());
            engine.tellToEnd();
            assertThat(engine.end()).as(engine.last()).isZero();
        }
        List<String> sent = IntStream.range(0, MAILS).mapToObj(i -> Tally.key("m" + i + "@home.test",
            "x@" + FleetNames.domain(i % EngineProcess.DOMAINS))).toList();
        assertThat(tally.lost(sent)).isEmpty();
        assertThat(tally.repeated()).isEmpty();
    }
}
