// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.HostBehaviour;
import org.postlane.testing.fleet.Phase;
import org.postlane.testing.fleet.Tally;

/** A process that is killed in the middle, with a queue and a journal that outlive it. */
class CrashTest {
    private static final int RECIPIENTS = 20_000;
    private static final int RECIPIENT_DOMAINS = 2_000;
    /** Attempts of one mail that are begun and not yet recorded, as docs/outbound.md has it. */
    private static final int AT_ONCE = 20;
    private static final int MAILS = 600;
    private static final int OCTETS = 2_000;

    private final Fleet fleet = Fleet.everywhere().byDefault(HostBehaviour.healthy().stallingAt(Phase.CONNECT));
    private final Tally tally = new Tally(fleet);

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        fleet.close();
    }

    /** Kills the sender when a third has arrived, lets another process do the rest, and says how many connections were open. */
    private int killInTheMiddle(int copies, Object... work) throws Exception {
        int open;
        Object[] arguments = Stream.concat(Stream.of(fleet.port(), directory), Arrays.stream(work)).toArray();
        try (ChildJvm first = ChildJvm.start("512m", EngineProcess.class, arguments)) {
            eventually().until(() -> first.hasSaid(EngineProcess.SENT));
            fleet.byDefault(HostBehaviour.healthy());
            fleet.hosts().forEach(host -> host.behave(HostBehaviour.healthy()).release());
            eventually().until(() -> tally.arrived() >= copies / 3);
            open = fleet.open();
            first.kill();
        }
        int arrived = tally.arrived();
        assertThat(arrived).as("copies that had arrived when it was killed").isLessThan(copies);
        eventually().until(() -> fleet.open() == 0);
        try (ChildJvm second = ChildJvm.start("512m", EngineProcess.class, fleet.port(), directory, EngineProcess.Work.NOTHING)) {
            eventually().until(() -> tally.arrived() == copies || !second.isRunning());
            second.tellToEnd();
            assertThat(second.end()).as(second.last()).isZero();
        }
        return open;
    }

    @Test
    void aKillInTheMiddleOfALargeMailRepeatsNoMoreThanTheTransactionsThatWereInFlight() throws Exception {
        killInTheMiddle(RECIPIENTS, EngineProcess.Work.HUGE_MAIL, RECIPIENTS, RECIPIENT_DOMAINS);
        List<String> sent = Arrays.stream(EngineProcess.recipients(RECIPIENTS, RECIPIENT_DOMAINS))
            .map(recipient -> Tally.key("huge@home.test", recipient)).toList();
        assertThat(tally.lost(sent)).isEmpty();
        int perTransaction = RECIPIENTS / RECIPIENT_DOMAINS;
        assertThat(tally.repeated().size()).as("recipients who got it twice")
            .isLessThanOrEqualTo(AT_ONCE * perTransaction);
    }

    @Test
    void aKillInTheMiddleOfManyMailsLosesNoneAndRepeatsNoMoreThanWereInFlight() throws Exception {
        int open = killInTheMiddle(MAILS, EngineProcess.Work.MUCH_MAIL, MAILS, OCTETS);
        List<String> sent = IntStream.range(0, MAILS).mapToObj(i -> Tally.key("m" + i + "@home.test",
            "x@" + FleetNames.domain(i % EngineProcess.DOMAINS))).toList();
        assertThat(tally.lost(sent)).isEmpty();
        assertThat(tally.repeated().size()).as("mails that came twice").isLessThanOrEqualTo(open);
    }
}
