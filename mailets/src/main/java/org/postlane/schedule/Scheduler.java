// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;

/**
 * Gives turns to tasks, destination by destination, so that none waits for another: each has a room, a concurrency that grows
 * with success and falls with failure, a rate, and a penalty that ends with one probe. Bounded: what finds no room is refused
 * at once, and whoever offered it brings it again later.
 *
 * <p>Safe for use by several threads; never blocks, and calls tasks without a lock, each by itself, on the executor: a task that
 * blocks holds up no other as long as the executor has threads. Where the executor takes no more tasks, those that would have
 * their turn are refused as if the scheduler were closed, on the thread that is there, and where it only has no thread now, as if
 * there were no room; so nothing that was offered is lost.
 *
 * @param <T> the tasks
 */
public final class Scheduler<T extends Task> {
    private final Calls calls;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final SchedulerState<T> state;
    /** So that who asks all the time needs no lock as long as there is nothing to see. */
    private volatile boolean mayBeCrowded;

    /**
     * A scheduler.
     *
     * @param limitsOf what a destination bears, by name; asked when it is first heard of, under the lock: it must neither block
     *     nor call the scheduler
     * @param executor calls the tasks
     * @param timers wakes destinations; must outlive the scheduler
     * @param clock nanoseconds, as {@link System#nanoTime()}
     * @param dice numbers from 0 (inclusive) to 1, for the jitter
     */
    public Scheduler(SchedulerLimits limits, Function<String, DestinationLimits> limitsOf, Executor executor,
                     ScheduledExecutorService timers, LongSupplier clock, DoubleSupplier dice) {
        this(limits, limitsOf, executor, timers, clock, dice, Paces.local(clock));
    }

    /**
     * As above, with rates that somebody else keeps.
     *
     * @param paces by the names of destinations; asked under the lock: they must neither block nor call the scheduler
     */
    public Scheduler(SchedulerLimits limits, Function<String, DestinationLimits> limitsOf, Executor executor,
                     ScheduledExecutorService timers, LongSupplier clock, DoubleSupplier dice, Paces paces) {
        this.clock = clock;
        this.calls = new Calls(executor);
        this.state = new SchedulerState<>(limits, limitsOf, calls, timers, paces, dice, this::change);
    }

    /**
     * Offers a task to a destination.
     *
     * @return gives it up while it waits; see {@link Place#withdraw()}
     */
    public Place offer(String destination, T task) {
        Objects.requireNonNull(destination, "destination");
        Waiting<T> waiting = new Waiting<>(task);
        change(now -> state.offer(destination, waiting, now));
        return () -> withdraw(waiting);
    }

    /** Where a task waits: also when it was passed to another destination or waits for another turn. */
    @FunctionalInterface
    public interface Place {
        /** Takes the task back; false when it has its turn or is over, or will be in a moment. */
        boolean withdraw();
    }

    private boolean withdraw(Waiting<T> waiting) {
        boolean[] removed = new boolean[1];
        change(now -> removed[0] = state.withdraw(waiting, now));
        return removed[0];
    }

    /** Leaves a destination alone, from now on and at most for a time; what waits there is refused. */
    public void suspend(String name, Optional<Duration> time) {
        change(now -> state.suspend(name, time, now));
    }

    /** Refuses for good whatever is offered to a destination, and what waits there, from now on and for a time. */
    public void bounce(String name, Duration time, String reason) {
        Objects.requireNonNull(reason, "reason");
        change(now -> state.bounce(name, time, reason, now));
    }

    /** Takes a suspension or a bouncing back. */
    public void resume(String name) {
        change(now -> state.resume(name, now));
    }

    /** Ends a penalty: what comes first is the probe. */
    public void retryNow(String name) {
        change(now -> state.retryNow(name, now));
    }

    /** Other limits for every destination, known or not. */
    public void limit(Function<String, DestinationLimits> changed) {
        change(now -> state.limit(changed, now));
    }

    /**
     * Another number of turns, from now on. Turns that are under way may end, also where there are more of them than that; then
     * nobody gets another until there are fewer.
     *
     * @throws IllegalArgumentException for less than 1
     */
    public void limitTurns(int turns) {
        change(now -> state.limitTurns(turns));
    }

    /** Refuses what waits and what comes; turns that are under way may end. */
    public void close() {
        change(state::close);
    }

    /** Every destination that is known now. */
    public List<DestinationStatus> destinations() {
        return read(state::destinations);
    }

    /** One destination; empty when it is not known now. */
    public Optional<DestinationStatus> destination(String name) {
        return read(now -> state.destination(name, now));
    }

    /** Tasks that wait or have their turn; never more than {@link SchedulerLimits#mostTasks}. */
    public int held() {
        return read(now -> state.held());
    }

    /**
     * Whether a destination has more waiting than it should, and will have got it done in a moment: whoever brings tasks does
     * better to wait a little than to have them refused. Nobody has to.
     */
    public boolean isCrowded() {
        return mayBeCrowded && read(state::isCrowded);
    }

    /** Turns that have not ended; never more than there are, but for those that were given before {@link #limitTurns}. */
    public int turns() {
        return read(now -> state.turns());
    }

    private <R> R read(LongFunction<R> question) {
        lock.lock();
        try {
            return question.apply(clock.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    private void change(LongConsumer decision) {
        List<Calls.Call> decided;
        lock.lock();
        try {
            long now = clock.getAsLong();
            decision.accept(now);
            state.pump(this, now);
            decided = calls.taken();
            mayBeCrowded = state.mayBeCrowded();
        } finally {
            lock.unlock();
        }
        calls.make(decided);
    }

    /** Ends a turn, and says what was learnt: under the lock, to the state that it is given. */
    void end(GivenTurn<T> turn, ObjLongConsumer<SchedulerState<T>> learnt) {
        change(now -> state.end(turn, then -> learnt.accept(state, then), now));
    }
}
