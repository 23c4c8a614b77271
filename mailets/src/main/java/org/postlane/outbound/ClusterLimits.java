// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.postlane.cluster.SharedLimits;
import org.postlane.outbound.attempt.Connections;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.settings.AgreedCluster;
import org.postlane.pool.HostPermits;
import org.postlane.schedule.Paces;

/**
 * Who keeps the rates of one James and its limits of connections to a host: this James alone, or together with other nodes, where
 * an element says so. Safe for use by several threads.
 */
final class ClusterLimits {
    private final Supplier<AgreedCluster> agreed;
    private final LongSupplier clock;
    private final CriticalStates states;
    /** Null until somebody asks: by then every element has said what the limits are. */
    private Optional<SharedLimits> shared;
    private boolean closed;

    ClusterLimits(Supplier<AgreedCluster> agreed, LongSupplier clock, OutboundMetrics metrics, CriticalStates states) {
        this.agreed = agreed;
        this.clock = clock;
        this.states = states;
        metrics.watchSharedLimits(() -> sharedIfMade().flatMap(SharedLimits::problem).isPresent(),
            () -> sharedIfMade().map(SharedLimits::requests).orElse(0L));
    }

    private synchronized Optional<SharedLimits> sharedIfMade() {
        return shared == null ? Optional.empty() : shared;
    }

    private synchronized Optional<SharedLimits> shared() {
        if (shared == null) {
            AgreedCluster settings = agreed.get();
            shared = closed ? Optional.empty()
                : settings.redis().map(redis -> SharedLimits.through(redis, settings.nodes(), clock));
            shared.ifPresent(limits ->
                states.askAboutPart("limits are not shared with the other nodes", limits::problem));
        }
        return shared;
    }

    /** Who keeps the rates of one kind. */
    Paces paces(String group) {
        return shared().map(limits -> limits.paces(group)).orElseGet(() -> Paces.local(clock));
    }

    /** Who counts connections to hosts. */
    HostPermits.Source permits() {
        return shared().map(limits -> limits.permits(Connections::nameOf)).orElse((host, changed) -> HostPermits.UNSHARED);
    }

    /** Gives back what other nodes may use. */
    void close() {
        Optional<SharedLimits> made;
        synchronized (this) {
            closed = true;
            made = sharedIfMade();
        }
        made.ifPresent(SharedLimits::close);
    }
}
