// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import java.io.IOException;
import java.time.Duration;

import org.postlane.benchmarks.james.LoopbackNames;
import org.postlane.benchmarks.sink.Milestone;

/**
 * A domain that works, and how fast mail gets through a server to it.
 *
 * @param arrivals of its host alone
 */
record HealthyDomain(FleetStation station, Arrivals arrivals, int octets) {
    private static final int NUMBER = 100_000;
    private static final double NANOS = 1e9;

    static HealthyDomain of(FleetStation station, int octets) {
        String address = LoopbackNames.address(NUMBER);
        return new HealthyDomain(station, Arrivals.in(station.fleet(), address::equals), octets);
    }

    /**
     * Sends to it.
     *
     * @param limit when those that have not arrived are left out; measured from the first connection of the injector
     * @param all whether it is a failure when not all have arrived by then
     * @return mails a second
     */
    double rate(int mails, Duration limit, boolean all) throws IOException, InterruptedException {
        long before = arrivals.count();
        Milestone last = arrivals.expect(mails);
        long begin = System.nanoTime();
        station.injector(octets, number -> "u" + number + "@" + LoopbackNames.domain(NUMBER)).send(mails);
        Duration left = limit.minusNanos(System.nanoTime() - begin);
        if (all || last.isReached(left.isNegative() ? Duration.ZERO : left)) {
            return mails / ((last.await(limit) - begin) / NANOS);
        }
        return (arrivals.count() - before) / ((System.nanoTime() - begin) / NANOS);
    }
}
