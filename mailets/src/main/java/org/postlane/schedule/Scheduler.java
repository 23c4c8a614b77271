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
import java.util.stream.Collectors;

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
    private final Alarms<T> alarms;
    private final LongSupplier clock;
    private final DoubleSupplier dice;
    private final ReentrantLock lock = new ReentrantLock();
    private final Places places;
    private final Crowds crowds;
    private final Rotation<T> rotation;
    private final KnownDestinations<T> known;
    private boolean closed;

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
        this.places = new Places(limits);
        this.crowds = new Crowds(places);
        this.rotation = new Rotation<>(places);
        this.known = new KnownDestinations<>(limitsOf, clock);
        this.calls = new Calls(executor);
        this.alarms = new Alarms<>(timers, this::wake);
        this.clock = clock;
        this.dice = dice;
    }

    /**
     * Offers a task to a destination.
     *
     * @return gives it up while it waits; see {@link Place#withdraw()}
     */
    public Place offer(String destination, T task) {
        Objects.requireNonNull(destination, "destination");
        Waiting<T> waiting = new Waiting<>(task);
        change(now -> admit(known.get(destination, now), waiting, now));
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
        change(now -> {
            Destination<T> destination = waiting.destination();
            removed[0] = destination != null && destination.line.remove(waiting);
            if (removed[0]) {
                places.free(waiting.trust());
                look(destination, now);
            }
        });
        return removed[0];
    }

    private void admit(Destination<T> destination, Waiting<T> waiting, long now) {
        Refusal refusal = closed ? closed() : destination.refusal(now);
        if (refusal == null && !places.hasRoom(destination, now)) {
            refusal = crowds.join(destination, now) ? null : destination.noRoom(now);
        }
        if (refusal != null) {
            refuse(destination, waiting, refusal);
            return;
        }
        waiting.enter(destination, now, destination.trust(now));
        places.take(waiting.trust());
        destination.line.add(waiting);
        look(destination, now);
    }

    private static Refusal closed() {
        return new Refusal(Refusal.Kind.CLOSED, "closed", Duration.ZERO);
    }

    private void refuse(Destination<T> destination, Waiting<T> waiting, Refusal refusal) {
        destination.countRefused();
        calls.refuse(waiting.task, refusal);
    }

    private void refuseAll(Destination<T> destination, Refusal refusal, long now) {
        for (Waiting<T> waiting : destination.line.drain()) {
            places.free(waiting.trust());
            refuse(destination, waiting, refusal);
        }
        look(destination, now);
    }

    private void pump(long now) {
        for (Destination<T> next = rotation.next(now); next != null; next = rotation.next(now)) {
            if (next.takeFromRate(now)) {
                startOne(next, now);
            }
            look(next, now);
        }
    }

    private void startOne(Destination<T> destination, long now) {
        Waiting<T> waiting = destination.line.poll();
        places.startTurn(destination, now);
        calls.start(waiting.task, new GivenTurn<>(this, destination, waiting));
    }

    /** To be called whenever something about a destination has changed: lets it have its turns, now or when time allows it. */
    private void look(Destination<T> destination, long now) {
        places.recount(destination, now);
        rotation.update(destination, now);
        long wait = destination.nanosUntilTimeHelps(now);
        if (wait > 0 && !closed) {
            alarms.set(destination, wait, now);
        }
    }

    private void wake(Destination<T> destination) {
        change(now -> {
            alarms.wentOff(destination);
            look(destination, now);
        });
    }

    /** Leaves a destination alone, from now on and at most for a time; what waits there is refused. */
    public void suspend(String name, Optional<Duration> time) {
        change(now -> {
            Destination<T> destination = known.get(name, now);
            destination.order.suspend(time.map(limit -> now + limit.toNanos()));
            obey(destination, now);
        });
    }

    /** Refuses for good whatever is offered to a destination, and what waits there, from now on and for a time. */
    public void bounce(String name, Duration time, String reason) {
        Objects.requireNonNull(reason, "reason");
        change(now -> {
            Destination<T> destination = known.get(name, now);
            destination.order.bounce(now + time.toNanos(), reason);
            obey(destination, now);
        });
    }

    private void obey(Destination<T> destination, long now) {
        Refusal said = destination.refusalBySay(now);
        // An order for no time is over before it began.
        if (said != null) {
            refuseAll(destination, said, now);
        }
    }

    /** Takes a suspension or a bouncing back. */
    public void resume(String name) {
        change(now -> {
            Destination<T> destination = known.peek(name);
            if (destination != null) {
                destination.order.takeBack();
                look(destination, now);
            }
        });
    }

    /** Ends a penalty: what comes first is the probe. */
    public void retryNow(String name) {
        change(now -> {
            Destination<T> destination = known.peek(name);
            if (destination != null) {
                destination.penalty.cutShort(now);
                look(destination, now);
            }
        });
    }

    /** Other limits for every destination, known or not. */
    public void limit(Function<String, DestinationLimits> changed) {
        change(now -> {
            known.limit(changed);
            known.all().forEach(destination -> look(destination, now));
        });
    }

    /** Refuses what waits and what comes; turns that are under way may end. */
    public void close() {
        change(now -> {
            closed = true;
            known.all().forEach(destination -> refuseAll(destination, closed(), now));
        });
    }

    /** Every destination that is known now. */
    public List<DestinationStatus> destinations() {
        return read(now -> known.all().stream().map(destination -> destination.status(now)).collect(Collectors.toList()));
    }

    /** One destination; empty when it is not known now. */
    public Optional<DestinationStatus> destination(String name) {
        return read(now -> Optional.ofNullable(known.peek(name)).map(destination -> destination.status(now)));
    }

    /** Tasks that wait or have their turn; never more than {@link SchedulerLimits#mostTasks}. */
    public int held() {
        return read(now -> places.taken());
    }

    /**
     * Whether a destination has more waiting than it should, and will have got it done in a moment: whoever brings tasks does
     * better to wait a little than to have them refused. Nobody has to.
     */
    public boolean isCrowded() {
        return read(crowds::isAny);
    }

    /** Turns that have not ended; never more than there are. */
    public int turns() {
        return read(now -> places.turns());
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
            places.recountSometimes(now);
            pump(now);
            decided = calls.taken();
        } finally {
            lock.unlock();
        }
        calls.make(decided);
    }

    /** Ends a turn, and says what was learnt. */
    void end(GivenTurn<T> turn, LongConsumer learnt) {
        change(now -> {
            places.endTurn(turn.destination);
            turn.destination.end(turn.round);
            places.free(turn.waiting.trust());
            learnt.accept(now);
            look(turn.destination, now);
        });
    }

    /** Under the lock. */
    void fail(GivenTurn<T> turn, String why, long now) {
        if (turn.destination.failed(turn.round, why, now, dice.getAsDouble())) {
            penalised(turn.destination, now);
        }
    }

    /** Under the lock. */
    void refuseOneMore(GivenTurn<T> turn, String why, long now) {
        if (turn.destination.refusedOneMore(turn.round, why, now, dice.getAsDouble())) {
            penalised(turn.destination, now);
        }
    }

    private void penalised(Destination<T> destination, long now) {
        if (destination.penalty.isLong()) {
            refuseAll(destination, destination.penalised(now), now);
        }
    }

    /** Lets the task of a turn that has ended wait for another; under the lock. */
    boolean waitAgain(GivenTurn<T> turn, long now) {
        Destination<T> destination = turn.destination;
        if (closed || !destination.mayWaitAgain(now) || destination.order.isGiven(now)) {
            return false;
        }
        places.take(turn.waiting.trust());
        destination.line.addAgain(turn.waiting);
        return true;
    }

    /** Offers the task of a turn that has ended elsewhere; under the lock. */
    void pass(GivenTurn<T> turn, String other, long now) {
        turn.destination.succeeded(now);
        admit(known.get(other, now), turn.waiting, now);
    }
}
