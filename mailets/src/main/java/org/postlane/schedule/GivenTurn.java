// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/** A turn that was given, until it has ended. */
final class GivenTurn<T extends Task> implements Turn {
    final Destination<T> destination;
    final Waiting<T> waiting;
    /** When it began, in penalties of the destination. */
    final int round;
    private final Scheduler<T> scheduler;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Begins a turn; under the scheduler's lock. */
    GivenTurn(Scheduler<T> scheduler, Destination<T> destination, Waiting<T> waiting) {
        this.scheduler = scheduler;
        this.destination = destination;
        this.waiting = waiting;
        this.round = destination.begin();
    }

    @Override
    public String destination() {
        return destination.name;
    }

    @Override
    public void worked() {
        end(destination::succeeded);
    }

    @Override
    public void failed(String why) {
        end(now -> scheduler.fail(this, why, now));
    }

    @Override
    public void unused() {
        end(now -> { });
    }

    @Override
    public boolean again(String why) {
        boolean[] waits = new boolean[1];
        end(now -> {
            scheduler.refuseOneMore(this, why, now);
            waits[0] = scheduler.waitAgain(this, now);
        });
        return waits[0];
    }

    @Override
    public void passTo(String other) {
        Objects.requireNonNull(other, "other");
        end(now -> scheduler.pass(this, other, now));
    }

    private void end(LongConsumer learnt) {
        if (ended.compareAndSet(false, true)) {
            scheduler.end(this, learnt);
        }
    }
}
