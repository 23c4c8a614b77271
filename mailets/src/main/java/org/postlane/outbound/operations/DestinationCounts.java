// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

import org.postlane.schedule.DestinationStatus;

/**
 * How many destinations there are in each state. One look at all of them serves all gauges that are read within a second: there
 * may be ten thousand. Safe for use by several threads.
 */
final class DestinationCounts {
    private static final long GOOD_FOR_NANOS = 1_000_000_000L;

    private final Destinations destinations;
    private final LongSupplier clock;
    /** Guarded by this object's lock, as what follows. */
    private Counts last;
    private long takenAt;

    DestinationCounts(Destinations destinations, LongSupplier clock) {
        this.destinations = destinations;
        this.clock = clock;
    }

    synchronized Counts now() {
        long now = clock.getAsLong();
        if (last == null || now - takenAt >= GOOD_FOR_NANOS) {
            last = new Counts(destinations.list().values());
            takenAt = now;
        }
        return last;
    }

    /** Unchanged once made. */
    static final class Counts {
        private final Map<DestinationStatus.State, Integer> byState = new EnumMap<>(DestinationStatus.State.class);
        private long waiting;
        private long underWay;

        private Counts(Collection<? extends Collection<DestinationStatus>> queues) {
            queues.forEach(queue -> queue.forEach(one -> {
                byState.merge(one.state(), 1, Integer::sum);
                waiting += one.waiting();
                underWay += one.underWay();
            }));
        }

        int in(DestinationStatus.State state) {
            return byState.getOrDefault(state, 0);
        }

        long waiting() {
            return waiting;
        }

        long underWay() {
            return underWay;
        }
    }
}
