// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.pool.Pool;
import org.postlane.route.Route;
import org.postlane.schedule.Scheduler;

/** What the attempts of one queue have in common. Immutable; safe to share. */
public final class AttemptContext {
    private final Connections connections;
    private final OutboundMetrics metrics;
    private final BooleanSupplier recordedInTime;
    private final OutboundSettings settings;
    private final Scheduler<DestinationAttempt> scheduler;
    private final Supplier<LiveSettings> live;

    /**
     * For one queue.
     *
     * @param recordedInTime whether the journal keeps up with what is delivered
     * @param live the limits of its destinations now
     */
    public AttemptContext(Connections connections, OutboundMetrics metrics, OutboundSettings settings,
                          Scheduler<DestinationAttempt> scheduler, BooleanSupplier recordedInTime, Supplier<LiveSettings> live) {
        this.connections = connections;
        this.metrics = metrics;
        this.recordedInTime = recordedInTime;
        this.settings = settings;
        this.scheduler = scheduler;
        this.live = live;
    }

    OutboundSettings settings() {
        return settings;
    }

    Scheduler<DestinationAttempt> scheduler() {
        return scheduler;
    }

    Pool<ConnectionKey, PooledConnection> pool() {
        return connections.pool();
    }

    OutboundMetrics metrics() {
        return metrics;
    }

    BrokenExtensions brokenExtensions() {
        return connections.brokenExtensions();
    }

    /** Whether the journal keeps up with what is delivered. */
    boolean isRecordedInTime() {
        return recordedInTime.getAsBoolean();
    }

    CompletableFuture<Route> routeOf(Recipients recipients) {
        return recipients.source().resolve(recipients.domain());
    }

    /**
     * Where mail that takes this route is scheduled: with the provider whose mail servers they are, where a rule names one; with
     * all domains that have the same mail servers, where that is wanted; else by its own domain.
     */
    String destinationOf(Route route, Recipients recipients) {
        LiveSettings limits = live.get();
        return limits.providerOf(route.names()).orElseGet(() -> {
            String own = recipients.destination();
            // The name of a domain has no blank: what has one is shared already.
            boolean mayShare = settings.sharesDestinations() && own.indexOf(' ') < 0 && !limits.names(own);
            return mayShare ? "route " + route.names().stream().sorted().collect(Collectors.joining(", ")) : own;
        });
    }

    /** Whether a domain that DNS says does not exist is asked for again. */
    boolean asksAgain(SharedMail mail) {
        return mail.retries() < settings.dnsRetries();
    }
}
