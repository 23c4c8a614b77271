// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.postlane.benchmarks.james.LoopbackNames;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;
import org.postlane.testing.fleet.Phase;

/**
 * Domains whose mail server takes the connection and then the time, in each phase of SMTP in turn. Each set is new to the server:
 * what it has learned of the last one does not help it.
 *
 * @param first number of the first domain
 */
record Tarpits(FleetStation station, int first, int count) {
    /** More than the buffers between take: only so does a host stall in the middle of a content. */
    private static final int LARGE = 1 << 20;
    private static final Duration UNCHANGED = Duration.ofSeconds(1);
    private static final List<Phase> PHASES = List.of(Phase.values());

    /** Where the domain with this number stalls. */
    static Phase phaseOf(int domain) {
        return PHASES.get(domain % PHASES.size());
    }

    private FleetHost host(int domain) {
        return station.fleet().host(LoopbackNames.address(domain));
    }

    private IntStream domains() {
        return IntStream.range(first, first + count);
    }

    private static String recipient(int domain) {
        return "x@" + LoopbackNames.domain(domain);
    }

    /** How many sessions stall now. */
    int stalled() {
        return domains().map(domain -> host(domain).stalled()).sum();
    }

    /**
     * Sends to them; returns when no mail is on its way to the outgoing queue, and no further session has stalled for a second.
     *
     * @return how many sessions stall
     */
    int fill(int mailsEach, int octets) throws IOException, InterruptedException {
        domains().forEach(domain -> host(domain).behave(HostBehaviour.healthy().stallingAt(phaseOf(domain))));
        int[] slowReaders = domains().filter(domain -> phaseOf(domain) == Phase.CONTENT).toArray();
        station.injector(LARGE, number -> recipient(slowReaders[number])).send(slowReaders.length);
        station.injector(octets, number -> recipient(first + number % count)).send(mailsEach * count);
        station.awaitSpooled();
        int[] stalled = {0};
        long[] since = {System.nanoTime()};
        station.await("no tarpit has been reached", () -> {
            int now = stalled();
            if (now != stalled[0]) {
                stalled[0] = now;
                since[0] = System.nanoTime();
            }
            return now > 0 && System.nanoTime() - since[0] > UNCHANGED.toNanos();
        });
        return stalled[0];
    }

    /** They go on as if nothing had been, and what waits for them is dropped. */
    void end() throws IOException, InterruptedException {
        domains().forEach(domain -> host(domain).behave(HostBehaviour.healthy()));
        station.await("mail is left", () -> {
            // Those that had not got as far as to stall when the host was told.
            domains().forEach(domain -> host(domain).release());
            station.james().empty();
            return station.james().spooled() == 0 && station.james().waiting() == 0;
        });
        station.fleet().disconnect();
        TimeUnit.NANOSECONDS.sleep(UNCHANGED.toNanos());
    }
}
