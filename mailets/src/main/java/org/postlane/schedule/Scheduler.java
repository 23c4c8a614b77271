// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives turns to tasks, destination by destination, so that none waits for another: each has a room, a concurrency that grows
 * with success and falls with failure, a rate, and a penalty that ends with one probe. Bounded: what finds no room is refused
 * at once, and whoever offered it brings it again later.
 *
 * <p>Safe for use by several threads; never blocks, and calls tasks without a lock, on the executor.
 *
 * @param <T> the tasks
 */
public final class Scheduler<T extends Task> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Scheduler.class);

    private final Executor executor;
    private final ScheduledExecutorService timers;
    private final LongSupplier clock;
    private final DoubleSupplier dice;
    private final ReentrantLock lock = new ReentrantLock();
    private final Places places;
    private final Rotation<T> rotation;
    /** In the order in which they were used, so that the ones that nobody needs stand first. */
    private final Map<String, Destination<T>> destinations = new LinkedHashMap<>(16, 0.75f, true);
    private Function<String, DestinationLimits> limitsOf;
    private List<Runnable> effects = new ArrayList<>();
    private boolean closed;

    /**
     * A scheduler.
     *
     * @param limitsOf what a destination bears, by name; asked when it is first heard of
     * @param executor calls the tasks
     * @param timers wakes destinations; must outlive the scheduler
     * @param clock nanoseconds, as {@link System#nanoTime()}
     * @param dice numbers from 0 (inclusive) to 1, for the jitter
     */
    public Scheduler(SchedulerLimits limits, Function<String, DestinationLimits> limitsOf, Executor executor,
                     ScheduledExecutorService timers, LongSupplier clock, DoubleSupplier dice) {
        this.places = new Places(limits);
        this.rotation = new Rotation<>(places);
        this.limitsOf = Objects.requireNonNull(limitsOf, "limitsOf");
        this.executor = executor;
        this.timers = timers;
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
        List<Waiting<T>> entered = new ArrayList<>(1);
        change(now -> {
            Waiting<T> waiting = admit(destination(destination, now), task, now);
            if (waiting != null) {
                entered.add(waiting);
            }
        });
        return entered.isEmpty() ? () -> false : () -> withdraw(destination, entered.get(0));
    }

    /** Where a task waits. */
    @FunctionalInterface
    public interface Place {
        /** Takes the task back; false when it has had its turn or was refused, or will be in a moment. */
        boolean withdraw();
    }

    private boolean withdraw(String name, Waiting<T> waiting) {
        boolean[] removed = new boolean[1];
        change(now -> {
            Destination<T> destination = destinations.get(name);
            removed[0] = destination != null && destination.line.remove(waiting);
            if (removed[0]) {
                places.free(waiting.unproven);
            }
        });
        return removed[0];
    }

    private Waiting<T> admit(Destination<T> destination, T task, long now) {
        Refusal refusal = refusal(destination, now);
        if (refusal != null) {
            refuse(destination, task, refusal);
            return null;
        }
        Waiting<T> waiting = new Waiting<>(task, now, !destination.isProven(now));
        places.take(waiting.unproven);
        destination.line.add(waiting);
        rotation.enter(destination, now);
        return waiting;
    }

    private Refusal refusal(Destination<T> destination, long now) {
        if (closed) {
            return new Refusal(Refusal.Kind.CLOSED, "closed", Duration.ZERO);
        }
        Refusal said = refusalBySay(destination, now);
        if (said != null) {
            return said;
        }
        if (destination.penalty.isActive(now) && destination.penalty.isLong()) {
            return penalised(destination, now);
        }
        return places.hasRoom(destination, now) ? null : noRoom(destination);
    }

    /** What an administrator said, if it is against it. */
    private Refusal refusalBySay(Destination<T> destination, long now) {
        return destination.order.isBouncing(now) ? new Refusal(Refusal.Kind.BOUNCED, destination.order.reason(), Duration.ZERO)
            : destination.order.isSuspension(now) ? noRoom(destination)
            : null;
    }

    private Refusal penalised(Destination<T> destination, long now) {
        return new Refusal(Refusal.Kind.PENALISED, destination.lastError(), destination.penalty.remaining(now));
    }

    private Refusal noRoom(Destination<T> destination) {
        return new Refusal(Refusal.Kind.NO_ROOM, destination.lastError(), Duration.ZERO);
    }

    private void refuse(Destination<T> destination, T task, Refusal refusal) {
        destination.countRefused();
        effects.add(() -> task.refused(refusal));
    }

    private void refuseAll(Destination<T> destination, Refusal refusal) {
        for (Waiting<T> waiting : destination.line.drain()) {
            places.free(waiting.unproven);
            refuse(destination, waiting.task, refusal);
        }
    }

    private Destination<T> destination(String name, long now) {
        Destination<T> known = destinations.get(name);
        if (known == null) {
            forgetSome(now);
            known = new Destination<>(name, limitsOf.apply(name), clock);
            destinations.put(name, known);
        }
        known.lastUsed = now;
        return known;
    }

    /** A few at a time, so that no offer pays for many; what matters little goes first, and beyond the bound whatever is idle. */
    private void forgetSome(long now) {
        Iterator<Destination<T>> oldest = destinations.values().iterator();
        for (int i = 0; i < 2 && oldest.hasNext(); i++) {
            Destination<T> candidate = oldest.next();
            boolean crowded = destinations.size() >= SchedulerLimits.MOST_IDLE;
            if (candidate.isForgettable(now) || (crowded && candidate.isIdle(now))) {
                oldest.remove();
            }
        }
    }

    private void pump(long now) {
        for (Destination<T> next = rotation.next(now); next != null; next = rotation.next(now)) {
            long wait = next.takeFromRate();
            if (wait > 0) {
                wakeIn(next, wait);
            } else {
                startOne(next, now);
                rotation.enter(next, now);
            }
        }
    }

    private void startOne(Destination<T> destination, long now) {
        Waiting<T> waiting = destination.line.poll();
        boolean unproven = !destination.isProven(now);
        places.startTurn(unproven);
        destination.underWay++;
        TurnHandle turn = new TurnHandle(destination, waiting, unproven);
        effects.add(() -> waiting.task.start(turn));
    }

    /** Looks at a destination again when its rate or its penalty lets it go on. */
    private void wakeIn(Destination<T> destination, long nanos) {
        if (destination.timed || closed) {
            return;
        }
        destination.timed = true;
        try {
            ScheduledFuture<?> unused = timers.schedule(() -> change(now -> {
                destination.timed = false;
                look(destination, now);
            }), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.debug("{} is not looked at again: the timers have stopped", destination.name);
        }
    }

    /** Lets a destination have its turns, now or when its penalty is over. */
    private void look(Destination<T> destination, long now) {
        rotation.enter(destination, now);
        if (destination.penalty.isActive(now) && destination.line.size() > 0) {
            wakeIn(destination, destination.penalty.until() - now);
        }
    }

    /** Leaves a destination alone, from now on and at most for a time; what waits there is refused. */
    public void suspend(String name, Optional<Duration> time) {
        change(now -> {
            Destination<T> destination = destination(name, now);
            destination.order.suspend(time.map(limit -> now + limit.toNanos()));
            refuseAll(destination, noRoom(destination));
        });
    }

    /** Refuses for good whatever is offered to a destination, and what waits there, from now on and for a time. */
    public void bounce(String name, Duration time, String reason) {
        change(now -> {
            Destination<T> destination = destination(name, now);
            destination.order.bounce(now + time.toNanos(), reason);
            refuseAll(destination, refusalBySay(destination, now));
        });
    }

    /** Takes a suspension or a bouncing back. */
    public void resume(String name) {
        change(now -> {
            Destination<T> destination = destination(name, now);
            destination.order.takeBack();
            look(destination, now);
        });
    }

    /** Ends a penalty: what comes first is the probe. */
    public void retryNow(String name) {
        change(now -> {
            Destination<T> destination = destination(name, now);
            destination.penalty.cutShort(now);
            look(destination, now);
        });
    }

    /** Other limits for every destination, known or not. */
    public void limit(Function<String, DestinationLimits> changed) {
        change(now -> {
            limitsOf = changed;
            destinations.values().forEach(destination -> {
                destination.limit(changed.apply(destination.name), clock);
                look(destination, now);
            });
        });
    }

    /** Refuses what waits and what comes; turns that are under way may end. */
    public void close() {
        change(now -> {
            closed = true;
            destinations.values().forEach(destination ->
                refuseAll(destination, new Refusal(Refusal.Kind.CLOSED, "closed", Duration.ZERO)));
        });
    }

    /** Every destination that is known now. */
    public List<DestinationStatus> destinations() {
        lock.lock();
        try {
            long now = clock.getAsLong();
            return destinations.values().stream().map(destination -> destination.status(now)).collect(Collectors.toList());
        } finally {
            lock.unlock();
        }
    }

    /** One destination; empty when it is not known now. */
    public Optional<DestinationStatus> destination(String name) {
        lock.lock();
        try {
            return Optional.ofNullable(destinations.get(name)).map(destination -> destination.status(clock.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /** Tasks that wait or have their turn. */
    public int held() {
        lock.lock();
        try {
            return places.taken();
        } finally {
            lock.unlock();
        }
    }

    private void change(Decision decision) {
        List<Runnable> toRun;
        lock.lock();
        try {
            long now = clock.getAsLong();
            decision.take(now);
            pump(now);
            toRun = effects;
            effects = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        toRun.forEach(this::run);
    }

    private void run(Runnable effect) {
        try {
            executor.execute(effect);
        } catch (RejectedExecutionException e) {
            // Whoever stops its threads before the scheduler has given up its tasks.
            LOGGER.debug("A task is not called any more: its threads have stopped");
        }
    }

    /** What changes under the lock, at a time of the clock. */
    private interface Decision {
        void take(long now);
    }

    /** A turn that was given. */
    private final class TurnHandle implements Turn {
        private final Destination<T> destination;
        private final Waiting<T> waiting;
        private final boolean unproven;
        private final AtomicBoolean ended = new AtomicBoolean();

        TurnHandle(Destination<T> destination, Waiting<T> waiting, boolean unproven) {
            this.destination = destination;
            this.waiting = waiting;
            this.unproven = unproven;
        }

        @Override
        public String destination() {
            return destination.name;
        }

        @Override
        public void worked() {
            end(now -> destination.succeeded(now));
        }

        @Override
        public void failed(String why) {
            end(now -> fail(why, now));
        }

        private void fail(String why, long now) {
            if (destination.failed(why, now, dice.getAsDouble()) && destination.penalty.isLong()) {
                refuseAll(destination, penalised(destination, now));
            }
        }

        @Override
        public void unused() {
            end(now -> { });
        }

        @Override
        public boolean again(String why) {
            boolean[] waits = new boolean[1];
            end(now -> {
                fail(why, now);
                waits[0] = !closed && !destination.penalty.isOn() && refusalBySay(destination, now) == null;
                if (waits[0]) {
                    Waiting<T> once = new Waiting<>(waiting.task, waiting.since, unproven);
                    places.take(unproven);
                    destination.line.addFirst(once);
                }
            });
            return waits[0];
        }

        @Override
        public void passTo(String other) {
            end(now -> {
                destination.progress.made(now);
                destination.penalty.lift();
                admit(Scheduler.this.destination(other, now), waiting.task, now);
            });
        }

        private void end(Decision decision) {
            if (ended.compareAndSet(false, true)) {
                change(now -> {
                    destination.underWay--;
                    places.endTurn(unproven);
                    places.free(waiting.unproven);
                    decision.take(now);
                    look(destination, now);
                });
            }
        }
    }
}
