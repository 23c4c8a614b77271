// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * How callers come to wait, and how they end to without a lease. Guarded by the pool's lock. Whoever leaves may leave room: the
 * caller of a method that says so has to settle the host.
 */
final class Callers<K extends PoolKey, R extends PooledResource> {
    private final PoolLimits limits;
    private final LongSupplier clock;
    private final WaitingLine<K, R> line;
    private final PoolStats.Tally tally;
    private final Effects<K, R> effects;

    Callers(PoolLimits limits, LongSupplier clock, WaitingLine<K, R> line, PoolStats.Tally tally, Effects<K, R> effects) {
        this.limits = limits;
        this.clock = clock;
        this.line = line;
        this.tally = tally;
        this.effects = effects;
    }

    void enter(Host<K, R> host, Waiter<K, R> waiter) {
        if (waiter.wait.isZero() || waiter.wait.isNegative()) {
            tally.timedOut++;
            refuse(waiter, timeout(waiter, host));
        } else if (host.waiting() >= limits.maxWaitersPerHost()) {
            refuse(waiter, new PoolExhaustedException(host.waiting() + " callers wait for " + host.name + " already"));
        } else if (line.waiting() >= limits.maxWaiters()) {
            refuse(waiter, new PoolExhaustedException(line.waiting() + " callers wait for connections already"));
        } else {
            line.enter(host, waiter);
        }
    }

    /** Refuses a newcomer, whose future nobody else has yet. */
    void refuse(Waiter<K, R> waiter, PoolException cause) {
        waiter.future.completeExceptionally(cause);
    }

    /**
     * The waiter's time is over; true if it leaves. One whose connection is being opened waits for the outcome all the same,
     * which the factory bounds: "no connection was free" would be the wrong reason, and hide that the host does not answer.
     */
    boolean timeOut(Waiter<K, R> waiter) {
        Host<K, R> host = waiter.host;
        if (host == null || waiter.opening != null) {
            return false;
        }
        tally.timedOut++;
        effects.fail(waiter, waitedForStalledOpening(waiter) ? stalled(waiter) : timeout(waiter, host));
        leave(waiter);
        return true;
    }

    /**
     * The waiter shall wait no longer, and an opening that was for nobody else is given up, unless it has just begun: what the
     * waiter waited for until then was its pace or a slot, and says nothing about the host. Leaves room.
     */
    void cutShort(Waiter<K, R> waiter, Duration stalledFor) {
        Host<K, R> host = waiter.host;
        Opening<K, R> spare = waiter.opening;
        long begunBy = clock.getAsLong() - stalledFor.toNanos();
        if (spare != null && spare.begunAt - begunBy > 0) {
            return;
        }
        boolean silent = host.good == 0 && host.openings.stream()
            .anyMatch(opening -> opening.key.equals(waiter.key) && opening.begunAt - begunBy <= 0);
        tally.timedOut++;
        effects.fail(waiter, silent ? new OpeningStalledException("A connection for " + waiter.key
            + " was being opened without an outcome, and others waited for the place") : timeout(waiter, host));
        leave(waiter);
        if (spare != null && spare.waiter == null) {
            spare.givenUp = true;
            effects.giveUp(spare);
        }
    }

    /** Nothing but one silent host kept the waiter waiting, all the time. */
    private boolean waitedForStalledOpening(Waiter<K, R> waiter) {
        long now = clock.getAsLong();
        return waiter.host.good == 0 && waiter.host.openings.stream()
            .anyMatch(opening -> opening.key.equals(waiter.key) && now - opening.begunAt >= waiter.wait.toNanos());
    }

    private OpeningStalledException stalled(Waiter<K, R> waiter) {
        return new OpeningStalledException("A connection for " + waiter.key + " has been opening for " + waiter.wait
            + " without an outcome, and there is no other");
    }

    private AcquireTimeoutException timeout(Waiter<K, R> waiter, Host<K, R> host) {
        return new AcquireTimeoutException("No connection for " + waiter.key + " within " + waiter.wait + " (" + host.open
            + " open to " + host.name + ", " + host.openings.size() + " of them opening and " + host.closing + " closing, "
            + host.waiting() + " waiting" + (host.held ? ", for the pace of openings" : "")
            + (host.permits.most() < limits.maxPerHost() ? ", " + host.permits.most() + " permitted by what is shared" : "")
            + ")");
    }

    /** Takes somebody out of the line, with the attempt that was for them, if any, given to the next. Leaves room. */
    void leave(Waiter<K, R> waiter) {
        Opening<K, R> spare = waiter.opening;
        line.leave(waiter);
        if (spare != null) {
            passOn(spare);
        }
    }

    /** Gives an attempt that has lost its waiter to the oldest one queued, if it suits; no younger one may overtake that one. */
    void passOn(Opening<K, R> spare) {
        spare.waiter = null;
        Waiter<K, R> heir = spare.host.firstQueued();
        if (heir != null && heir.key.equals(spare.key)) {
            line.grant(heir, spare);
        }
    }

    /**
     * Fails the one whom an attempt was for. Where the host has no other connection in good order, those queued for the same key
     * fail with it: each would find out the same by itself, one after the other, for minutes each. Leaves room.
     */
    void failWith(Opening<K, R> failed, Throwable cause) {
        Waiter<K, R> first = failed.waiter;
        if (first != null) {
            line.leave(first);
            effects.fail(first, cause);
        }
        if (failed.host.good == 0) {
            for (Waiter<K, R> behind : new ArrayList<>(failed.host.queued)) {
                if (behind.key.equals(failed.key)) {
                    line.leave(behind);
                    effects.fail(behind, cause);
                }
            }
        }
    }

    /** Turns everybody away who waits for a host. Leaves room. */
    void dismiss(Host<K, R> host) {
        List<Waiter<K, R>> waiters = new ArrayList<>(host.granted);
        waiters.addAll(host.queued);
        for (Waiter<K, R> waiter : waiters) {
            if (waiter.opening != null) {
                waiter.opening.waiter = null;
            }
            line.leave(waiter);
            effects.fail(waiter, new PoolClosedException());
        }
    }
}
