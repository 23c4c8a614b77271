// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.time.Clock;
import java.util.Comparator;
import java.util.Iterator;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import com.google.common.collect.Iterators;

/**
 * Which mails of a queue are ready, by priority and then in the order in which they became so, and which ones wait for their
 * time. A mail that waits is not looked at by those who take ready ones, however many there are.
 *
 * <p>Safe for use by several threads. Each step holds the lock for one mail, and {@link #waiting} does not hold it at all.
 */
final class QueueIndex {
    /** How many that have become due are moved before one is taken: an outage's worth of them holds nobody up. */
    private static final int MOVED_AT_ONCE = 1000;
    /** Due times are the clock's, and waiting is the machine's: somebody may set the clock meanwhile. */
    private static final long LONGEST_WAIT_MILLIS = 1000;

    private static final Comparator<Entry> URGENT_FIRST =
        Comparator.<Entry>comparingInt(Entry::priority).reversed().thenComparingLong(Entry::order);
    private static final Comparator<Entry> DUE_FIRST = Comparator.<Entry>comparingLong(Entry::due).thenComparingLong(Entry::id);

    private final ConcurrentSkipListSet<Entry> ready = new ConcurrentSkipListSet<>(URGENT_FIRST);
    private final ConcurrentSkipListSet<Entry> deferred = new ConcurrentSkipListSet<>(DUE_FIRST);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicLong size = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private final Clock clock;
    private long lastOrder;
    private boolean closed;

    QueueIndex(Clock clock) {
        this.clock = clock;
    }

    /** A mail that is new here and can be taken at once, whatever the clock says. */
    void addReady(Entry entry) {
        size.incrementAndGet();
        giveBack(entry);
    }

    /** A mail that is new here, for its due time. */
    void add(Entry entry) {
        size.incrementAndGet();
        giveBack(entry, entry.due());
    }

    /** A mail that was taken or claimed: to be taken again, behind those that are ready. */
    void giveBack(Entry entry) {
        lock.lock();
        try {
            makeReady(entry);
            // All: which of them still wants a mail shows only when it wakes.
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A mail that was taken or claimed: to be taken again when this time has come. */
    void giveBack(Entry entry, long due) {
        lock.lock();
        try {
            entry.due(due);
            deferred.add(entry);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A mail that was taken by a reader who could neither process nor keep it: as {@link #giveBack(Entry, long)}. */
    void giveBackRejected(Entry entry, long due) {
        lock.lock();
        try {
            if (!entry.isRejected()) {
                entry.rejected();
                rejected.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
        giveBack(entry, due);
    }

    private void makeReady(Entry entry) {
        entry.order(++lastOrder);
        ready.add(entry);
    }

    /**
     * The next mail that is ready, for which the caller answers from now on. Waits for it.
     *
     * @param stopped asked whenever something has happened; whoever makes it true calls {@link #wake}
     * @return null when stopped or closed
     */
    Entry take(BooleanSupplier stopped) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && !stopped.getAsBoolean()) {
                long wait = promote();
                Entry next = ready.pollFirst();
                if (next != null) {
                    return next;
                }
                if (wait < 0) {
                    changed.await();
                } else {
                    changed.await(wait, TimeUnit.MILLISECONDS);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Milliseconds until there may be more to move; negative if nothing waits. */
    private long promote() {
        long now = clock.millis();
        for (int moved = 0; !deferred.isEmpty(); moved++) {
            long wait = deferred.first().due() - now;
            if (wait > 0) {
                return Math.min(wait, LONGEST_WAIT_MILLIS);
            }
            if (moved == MOVED_AT_ONCE) {
                return 0;
            }
            makeReady(deferred.pollFirst());
        }
        return -1;
    }

    /** Takes this one out of the order, if it is still there: then the caller answers for it. */
    boolean claim(Entry entry) {
        lock.lock();
        try {
            return ready.remove(entry) || deferred.remove(entry);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #claim}, if it is not ready yet. */
    boolean claimDeferred(Entry entry) {
        lock.lock();
        try {
            return deferred.remove(entry);
        } finally {
            lock.unlock();
        }
    }

    /** One that was taken or claimed is not in the queue any more. */
    void forget(Entry entry) {
        size.decrementAndGet();
        lock.lock();
        try {
            if (entry.isRejected()) {
                rejected.decrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many of them were rejected, and are not done since. */
    long rejected() {
        return rejected.get();
    }

    /** How many there are, those that were taken included. */
    long size() {
        return size.get();
    }

    /** Those that nobody has taken, in order; what changes meanwhile may show or not. */
    Iterator<Entry> waiting() {
        return Iterators.concat(ready.iterator(), deferred.iterator());
    }

    /** Those that are not due, the next one first, as {@link #waiting}. */
    Iterator<Entry> deferred() {
        return deferred.iterator();
    }

    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
