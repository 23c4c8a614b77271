// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The mails of all queues that were given out and are not done. Safe for use by several threads. */
final class InHand {
    private final Set<RocksDbMailQueueItem> items = new LinkedHashSet<>();

    synchronized void add(RocksDbMailQueueItem item) {
        items.add(item);
    }

    synchronized void remove(RocksDbMailQueueItem item) {
        items.remove(item);
        if (items.isEmpty()) {
            notifyAll();
        }
    }

    /** Waits until there are none, or the time is over; an interrupt ends it too. */
    synchronized void awaitNone(long nanos) {
        long deadline = System.nanoTime() + nanos;
        try {
            for (long left = nanos; left > 0 && !items.isEmpty(); left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For people, the one that was given out first in front. */
    synchronized List<String> names() {
        return items.stream().map(RocksDbMailQueueItem::toString).collect(Collectors.toList());
    }
}
