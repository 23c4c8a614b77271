// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.postlane.pool.Pool;
import org.postlane.route.Route;
import org.postlane.schedule.Scheduler;

/** What the attempts of one queue have in common. Immutable; safe to share. */
final class AttemptContext {
    private final OutboundEngine engine;
    private final OutboundSettings settings;
    private final Scheduler<DestinationAttempt> scheduler;
    private final Supplier<LiveSettings> live;

    AttemptContext(OutboundEngine engine, OutboundSettings settings, Scheduler<DestinationAttempt> scheduler,
                   Supplier<LiveSettings> live) {
        this.engine = engine;
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
        return engine.pool();
    }

    OutboundMetrics metrics() {
        return engine.metrics();
    }

    BrokenExtensions brokenExtensions() {
        return engine.brokenExtensions();
    }

    /** Whether the journal keeps up with what is delivered. */
    boolean isRecordedInTime() {
        return !engine.recordsUnderWay().isFull();
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
