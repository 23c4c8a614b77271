// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.ManageableMailQueue;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Holds what comes out of a queue while it is shut. Thread-safe. */
final class Gate {
    /** Null while the gate is open. */
    private volatile Sinks.Empty<Void> shut;
    private volatile LongSupplier size = () -> 0;
    private final AtomicLong kept = new AtomicLong();
    private volatile long keptBefore;
    /** Null before there is one. */
    private volatile ManageableMailQueue spool;
    private volatile Runnable emptying = () -> { };
    private volatile long lastCameAtNanos;

    synchronized void hold() {
        keptBefore = kept.get();
        if (shut == null) {
            shut = Sinks.empty();
        }
    }

    synchronized void release() {
        Sinks.Empty<Void> waiting = shut;
        shut = null;
        if (waiting != null) {
            waiting.tryEmitEmpty().orThrow();
        }
    }

    /** How many items the queue behind the gate says that it has, those being worked on included; 0 before there is one. */
    long size() {
        return size.getAsLong();
    }

    /** How many items came since it was shut. The queue's own number misses one that waits between the steps of its stream. */
    long keptSinceHold() {
        return kept.get() - keptBefore;
    }

    /** How many mails are on their way to the queue, as the spool says; those being worked on included. */
    long spooled() throws MailQueue.MailQueueException {
        return spool.getSize();
    }

    /** What all mail goes through before it comes here. */
    MailQueue spool() {
        return spool;
    }

    void spoolIs(ManageableMailQueue queue) {
        spool = queue;
    }

    void came() {
        lastCameAtNanos = System.nanoTime();
        kept.incrementAndGet();
    }

    /** {@link System#nanoTime} when the last item came, before anything was done with it. */
    long lastCameAtNanos() {
        return lastCameAtNanos;
    }

    /** Drops what the queue behind the gate has and nobody works on. */
    void empty() {
        emptying.run();
    }

    void emptyBy(Runnable clear) {
        emptying = clear;
    }

    void countBy(LongSupplier queueSize) {
        size = queueSize;
    }

    /** The same items in the same order, none while the gate is shut. */
    <T> Flux<T> behind(Flux<T> items) {
        return items.concatMap(item -> {
            Sinks.Empty<Void> waiting = shut;
            return waiting == null ? Mono.just(item) : waiting.asMono().thenReturn(item);
        });
    }
}
