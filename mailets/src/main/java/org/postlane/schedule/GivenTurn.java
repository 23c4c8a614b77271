// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ObjLongConsumer;

/** A turn that was given, until it has ended. */
final class GivenTurn<T extends Task> implements Turn {
    final Destination<T> destination;
    final Waiting<T> waiting;
    /** When it began, in penalties of the destination. */
    final int round;
    private final Scheduler<T> scheduler;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean stoodInLine;
    private boolean asked;
    private long askedAt;

    /** Begins a turn; under the scheduler's lock. */
    GivenTurn(Scheduler<T> scheduler, Destination<T> destination, Waiting<T> waiting) {
        this.scheduler = scheduler;
        this.destination = destination;
        this.waiting = waiting;
        this.round = destination.begin();
    }

    /** Under the scheduler's lock. */
    void askToGiveWay(long now) {
        if (!asked) {
            destination.gaveWay(now);
        }
        asked = true;
        askedAt = now;
    }

    /** Whether it has just been asked to give way, and may be about to. */
    boolean mayBeGivingWay(long now) {
        return asked && now - askedAt < SchedulerLimits.GIVES_WAY_WITHIN.toNanos();
    }

    /** Whether it has not just been asked to give way: who does not is not asked again before others were. */
    boolean mayBeAsked(long now) {
        return !asked || now - askedAt >= SchedulerLimits.PATIENCE.toNanos();
    }

    @Override
    public String destination() {
        return destination.name;
    }

    @Override
    public void stoodInLine() {
        stoodInLine = true;
    }

    boolean hasStoodInLine() {
        return stoodInLine;
    }

    @Override
    public void worked() {
        end((state, now) -> state.succeed(this, now));
    }

    @Override
    public void failed(String why) {
        end((state, now) -> state.fail(this, why, now));
    }

    @Override
    public void unused() {
        end((state, now) -> { });
    }

    @Override
    public boolean again(String why) {
        boolean[] waits = new boolean[1];
        end((state, now) -> {
            state.refuseOneMore(this, why, now);
            waits[0] = state.waitAgain(this, now);
        });
        return waits[0];
    }

    @Override
    public void passTo(String other) {
        Objects.requireNonNull(other, "other");
        end((state, now) -> state.pass(this, other, now));
    }

    private void end(ObjLongConsumer<SchedulerState<T>> learnt) {
        if (ended.compareAndSet(false, true)) {
            scheduler.end(this, learnt);
        }
    }
}
