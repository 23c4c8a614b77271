// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.function.LongSupplier;

/** One destination: what waits there, and whether it may have a turn. Guarded by the scheduler's lock. */
final class Destination<T extends Task> {
    final String name;
    final FairLine<T> line = new FairLine<>();
    final Penalty penalty = new Penalty();
    final Progress progress = new Progress();
    final StandingOrder order = new StandingOrder();
    private final ConcurrencyWindow window;
    private DestinationLimits limits;
    private Pace pace;
    int underWay;
    /** Whether it stands in the rotation of those that may have a turn. */
    boolean inRotation;
    /** Whether a timer will look at it again. */
    boolean timed;
    long lastUsed;
    private String lastError;
    private long lastErrorAt;
    private long failed;
    private long refused;

    Destination(String name, DestinationLimits limits, LongSupplier clock) {
        this.name = name;
        this.limits = limits;
        this.window = new ConcurrencyWindow(limits.concurrency());
        this.pace = new Pace(limits.rate(), clock);
        this.lastUsed = clock.getAsLong();
    }

    void limit(DestinationLimits changed, LongSupplier clock) {
        if (!changed.rate().equals(limits.rate())) {
            pace = new Pace(changed.rate(), clock);
        }
        window.limitTo(changed.concurrency());
        limits = changed;
    }

    boolean isProven(long now) {
        return !penalty.isOn() && progress.isRecent(now);
    }

    /** Whether its state lets another turn begin now, apart from its rate. */
    boolean mayStart(long now) {
        if (line.size() == 0 || order.isGiven(now) || penalty.isActive(now)) {
            return false;
        }
        return underWay < (penalty.isOn() ? 1 : window.size());
    }

    /** Takes one from the rate; otherwise, how many nanoseconds until there is one. */
    long takeFromRate() {
        return pace.take();
    }

    void succeeded(long now) {
        penalty.lift();
        window.succeeded();
        progress.made(now);
    }

    /** Returns whether it is penalised from now on. */
    boolean failed(String why, long now, double dice) {
        failed++;
        lastError = why;
        lastErrorAt = now;
        boolean hopeless = window.failed();
        if (penalty.isActive(now)) {
            // Another turn of the same hopeless round: one penalty is enough.
            return false;
        }
        if (hopeless || penalty.isOn()) {
            penalty.impose(now, dice);
            window.restart();
            return true;
        }
        return false;
    }

    void countRefused() {
        refused++;
    }

    String lastError() {
        return lastError == null ? "no error so far" : lastError;
    }

    /** How much may wait and work here when the rest leaves this many places, which are for everybody who works. */
    int room(long now, int free, int freeForUnproven) {
        if (!isProven(now)) {
            return freeForUnproven;
        }
        int useful = Math.max(SchedulerLimits.LEAST_ROOM, progress.inUsefulTime(now));
        return limits.rate().dueIn(SchedulerLimits.USEFUL)
            .map(due -> Math.max(SchedulerLimits.LEAST_ROOM, Math.min(due, free)))
            .orElse(Math.max(useful, free));
    }

    /** Whether forgetting it would lose nothing but figures. */
    boolean isForgettable(long now) {
        return line.size() == 0 && underWay == 0 && !penalty.isOn() && !order.isGiven(now)
            && !progress.isRecent(now) && now - lastUsed > Math.max(SchedulerLimits.PROVEN_FOR.toNanos(),
                limits.rate().period().toNanos());
    }

    /** Whether it has no work and nobody has said anything about it. */
    boolean isIdle(long now) {
        return line.size() == 0 && underWay == 0 && !order.isGiven(now);
    }

    DestinationStatus status(long now) {
        DestinationStatus status = new DestinationStatus(name);
        status.waiting = line.size();
        status.underWay = underWay;
        status.concurrency = penalty.isOn() ? 1 : window.size();
        status.oldestWaiting = Duration.ofNanos(now - line.oldest(now));
        status.lastError = lastError;
        status.lastErrorAgo = lastError == null ? null : Duration.ofNanos(now - lastErrorAt);
        status.succeeded = progress.total();
        status.failed = failed;
        status.refused = refused;
        status.limits = limits;
        status.state = state(now);
        if (order.isGiven(now)) {
            status.remaining = order.remaining(now);
        } else if (penalty.isActive(now)) {
            status.remaining = penalty.remaining(now);
        }
        return status;
    }

    private DestinationStatus.State state(long now) {
        return order.isSuspension(now) ? DestinationStatus.State.SUSPENDED
            : order.isBouncing(now) ? DestinationStatus.State.BOUNCING
            : !penalty.isOn() ? DestinationStatus.State.READY
            : penalty.isActive(now) ? DestinationStatus.State.PENALISED
            : DestinationStatus.State.PROBING;
    }
}
