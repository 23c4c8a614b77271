// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Hands out resources and keeps them for the next caller, within {@link PoolLimits}. Each is one caller's alone, until he lets
 * another follow ({@link Lease#letFollow()}).
 *
 * <ul>
 * <li>The limits per host and in all count every connection that the peer may count: opening, leased, idle and closing.
 * <li>The most recently used resource is reused first, so that those not needed grow old.
 * <li>As many connections to a host may be opening as are open to it in good order, and one if none is: a host that does not
 *     answer holds one connection, one that does soon has all it may. An {@link OpeningGate} may slow openings down further.
 * <li>Callers are served in the order of their arrival per host, and among hosts that have room. Where the limits leave no room,
 *     idle resources give way, the least recently used first.
 * <li>Whoever would wait in line follows a holder who lets him, where least do: no connection can be opened for him now.
 * </ul>
 *
 * <p>Safe for use by several threads; never blocks. Futures complete, and factory and resources are called, in the thread that
 * caused it (one that acquires, gives back, completes an opening, or the timer's) and without a lock. What depends on a
 * future must not block either, least of all to wait for another future of this pool.
 *
 * @param <K> what tells resources apart
 * @param <R> what is pooled
 */
public final class Pool<K extends PoolKey, R extends PooledResource> {
    /** The name of the daemon thread that a pool without timers of its own starts. */
    public static final String THREAD_NAME = "postlane-pool-reaper";

    private volatile PoolLimits limits;
    private final ScheduledExecutorService timers;
    private final PoolTimers poolTimers;
    private final Alarm reaper;
    private final Alarm pacemaker;
    private final Decisions<K, R> decisions;
    private final Opener<K, R> opener;
    private final WayBack<K, R> wayBack;
    private final Farewell<K, R> farewell;
    private final Ending ending;
    private final AtomicBoolean closing = new AtomicBoolean();

    /** A pool with a timer thread of its own, which ends when the pool is closed, and without a pace of openings. */
    public Pool(ResourceFactory<K, R> factory, PoolLimits limits) {
        this(factory, limits, OpeningGate.open());
    }

    /** As above, with a pace of openings. */
    public Pool(ResourceFactory<K, R> factory, PoolLimits limits, OpeningGate<? super K> gate) {
        this(factory, limits, gate, (host, changed) -> HostPermits.UNSHARED);
    }

    /** As above, where others connect to the same hosts. */
    public Pool(ResourceFactory<K, R> factory, PoolLimits limits, OpeningGate<? super K> gate, HostPermits.Source permits) {
        this(factory, limits, gate, permits, PoolTimers.own(), System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
    }

    /**
     * A pool with the timers, the clock and the dice of somebody else.
     *
     * @param timers run the limits of time; must outlive the pool, which does not shut them down
     * @param clock nanoseconds, as {@link System#nanoTime()}
     * @param dice numbers from 0 (inclusive) to 1, for the jitter
     */
    public Pool(ResourceFactory<K, R> factory, PoolLimits limits, OpeningGate<? super K> gate, ScheduledExecutorService timers,
        LongSupplier clock, DoubleSupplier dice) {
        this(factory, limits, gate, (host, changed) -> HostPermits.UNSHARED, timers, clock, dice);
    }

    /** As above, where others connect to the same hosts. */
    public Pool(ResourceFactory<K, R> factory, PoolLimits limits, OpeningGate<? super K> gate, HostPermits.Source permits,
        ScheduledExecutorService timers, LongSupplier clock, DoubleSupplier dice) {
        this(factory, limits, gate, permits, PoolTimers.of(timers), clock, dice);
    }

    private Pool(ResourceFactory<K, R> factory, PoolLimits limits, OpeningGate<? super K> gate, HostPermits.Source permits,
        PoolTimers poolTimers, LongSupplier clock, DoubleSupplier dice) {
        this.limits = Objects.requireNonNull(limits, "limits");
        this.poolTimers = poolTimers;
        this.timers = poolTimers.executor();
        Objects.requireNonNull(permits, "permits");
        this.decisions = new Decisions<>(new PoolState<>(limits, Objects.requireNonNull(gate, "gate"),
            host -> permits.of(host, () -> reconsider(host)), Objects.requireNonNull(clock, "clock"),
            Objects.requireNonNull(dice, "dice"), new Outside()));
        this.farewell = new Farewell<>(limits.closeTimeout(), timers, entry -> decisions.change(state -> state.closed(entry)));
        this.opener = new Opener<>(Objects.requireNonNull(factory, "factory"), decisions, farewell);
        this.wayBack = new WayBack<>(limits, timers, decisions);
        this.ending = new Ending(timers, this::abandon);
        this.reaper = new Alarm(timers, clock, () -> decisions.decide(PoolState::reap));
        this.pacemaker = new Alarm(timers, clock, () -> decisions.decide(PoolState::resume));
    }

    /** The limits that this pool keeps now. */
    public PoolLimits limits() {
        return limits;
    }

    /**
     * Changes how many there may be, how old they may become and how often they are used; the other limits stay as they were.
     * Lower ones close what is in reserve first, and what is in use when it comes back: nothing under way is broken, so that
     * there may be more for a while. What is there keeps the age that it was given, and in reserve its time there.
     */
    public void limit(PoolLimits changed) {
        Objects.requireNonNull(changed, "changed");
        decisions.change(state -> {
            limits = changed;
            state.limit(changed);
        });
    }

    /**
     * Leases a resource, out of reserve if one is there, else once it is this caller's turn.
     *
     * @param wait how long to wait at most; without a positive one, only the reserve will do
     * @return fails with {@link AcquireTimeoutException}, {@link PoolExhaustedException}, {@link PoolClosedException} or, for the
     *     host's fault, with the factory's exception or {@link OpeningStalledException}: if this caller's connection could not
     *     be opened, or if another caller's of an equal key could not and the host has none in good order. Cancelling it gives up
     *     the place in the line; a future derived from it does not.
     */
    public CompletableFuture<Lease<R>> acquire(K key, Duration wait) {
        return acquire(key, wait, false);
    }

    /**
     * Lets somebody wait no longer who waits for a lease, as if his time were over: his future fails by the host's fault where an
     * opening has got nowhere so far and the host has nothing else, and with {@link AcquireTimeoutException} otherwise. An
     * opening that nobody else wants is given up ({@link DiscardReason#GAVE_WAY}). Does nothing for any other future, and nothing
     * where his opening is younger than {@code stalledFor}: he may have waited for long, but not for the host.
     *
     * @param asked as {@link #acquire} or {@link #acquireFresh} returned it
     */
    public void cutShort(CompletableFuture<Lease<R>> asked, Duration stalledFor) {
        decisions.change(state -> state.cutShort(asked, stalledFor));
    }

    /**
     * As {@link #acquire}, but never out of reserve: for work that is repeated because the connection that it was tried on
     * had died there. Counts against the limits like any other.
     */
    public CompletableFuture<Lease<R>> acquireFresh(K key, Duration wait) {
        return acquire(key, wait, true);
    }

    private CompletableFuture<Lease<R>> acquire(K key, Duration wait, boolean fresh) {
        Waiter<K, R> waiter = new Waiter<>(Objects.requireNonNull(key, "key"), fresh, Objects.requireNonNull(wait, "wait"));
        Entry<K, R> entry = decisions.decide(state -> state.acquire(waiter));
        while (entry != null) {
            if (WayBack.isUsable(entry)) {
                waiter.future.complete(new LeaseHandle<>(entry, wayBack));
                return waiter.future;
            }
            Entry<K, R> dead = entry;
            DiscardReason why = WayBack.fault(entry, DiscardReason.DIED_IDLE);
            entry = decisions.decide(state -> {
                state.unlease(dead);
                state.discard(dead, why);
                return state.acquire(waiter);
            });
        }
        if (!waiter.future.isDone()) {
            Future<?> timer = Outcome.after(wait, timers, () -> decisions.change(state -> state.timeOut(waiter)));
            Outcome.whenDone(waiter.future, (lease, failure) -> {
                timer.cancel(false);
                decisions.change(state -> state.giveUp(waiter));
            });
        }
        return waiter.future;
    }

    /**
     * The {@link OpeningGate} may let openings begin earlier than it said: it is asked again for those that wait for this pace.
     *
     * @param pace as {@link OpeningGate#paceOf} calls it
     */
    public void askGateAgain(Object pace) {
        decisions.change(state -> state.askForPaceAgain(pace));
    }

    private void reconsider(Object host) {
        decisions.change(state -> state.reconsider(host));
    }

    /** What this pool holds and has done so far. */
    public PoolStats stats() {
        return decisions.look(PoolState::stats);
    }

    /** What this pool holds for each host that it has a connection to or a caller for, in no order. */
    public List<HostStats> hosts() {
        return decisions.look(PoolState::hosts);
    }

    /**
     * Closes the pool: whoever waits or comes is refused, what is in reserve is closed in a friendly way, and what is leased or
     * being opened as soon as it comes back. When {@code grace} is over, whatever is left is dropped. Only the first call counts.
     *
     * @return completes when all is gone or the grace is over; never fails
     */
    public CompletableFuture<Void> close(Duration grace) {
        if (closing.compareAndSet(false, true)) {
            decisions.change(PoolState::close);
            ending.within(grace);
        }
        return ending.future();
    }

    private void abandon() {
        farewell.hasten();
        decisions.change(PoolState::abandon);
        Trampoline.run(List.of(this::finish));
    }

    private void finish() {
        reaper.stop();
        pacemaker.stop();
        poolTimers.stop();
        ending.reached();
    }

    /** What decisions cause, run by the trampoline. */
    private final class Outside implements Effects<K, R> {
        @Override
        public void open(Opening<K, R> opening) {
            opener.open(opening);
        }

        @Override
        public void giveUp(Opening<K, R> opening) {
            opener.giveUp(opening);
        }

        @Override
        public void close(Entry<K, R> entry, DiscardReason reason) {
            farewell.say(entry, reason);
        }

        @Override
        public void abort(Entry<K, R> entry) {
            farewell.abort(entry);
        }

        @Override
        public void deliver(Waiter<K, R> waiter, Entry<K, R> entry) {
            LeaseHandle<K, R> lease = new LeaseHandle<>(entry, wayBack);
            if (waiter.future.complete(lease)) {
                return;
            }
            if (lease.isFollowing()) {
                decisions.change(state -> state.uncount(entry));
                lease.release();
            } else {
                decisions.change(state -> {
                    state.unlease(entry);
                    state.offer(entry);
                });
            }
        }

        @Override
        public void fail(Waiter<K, R> waiter, Throwable cause) {
            waiter.future.completeExceptionally(cause);
        }

        @Override
        public void reapAt(long deadline) {
            reaper.watch(deadline);
        }

        @Override
        public void resumeAt(long deadline) {
            pacemaker.watch(deadline);
        }

        @Override
        public void drained() {
            finish();
        }
    }
}
