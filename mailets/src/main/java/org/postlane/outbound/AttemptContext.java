// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

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

    CompletableFuture<Route> routeOf(Recipients recipients) {
        return recipients.source().resolve(recipients.domain());
    }

    /** Where mail that takes this route is scheduled: by the provider whose mail servers they are, where a rule names it. */
    String destinationOf(Route route, Recipients recipients) {
        return live.get().providerOf(route.names()).orElse(recipients.destination());
    }

    /** Whether a domain that DNS says does not exist is asked for again. */
    boolean asksAgain(SharedMail mail) {
        return mail.retries() < settings.dnsRetries();
    }
}
