// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * What is tried again after a while. A stop does not wait for that, and ends the timers: what waits has its last try then, at
 * once. Safe for use by several threads.
 */
final class Pauses {
    private final ScheduledExecutorService timers;
    private final Set<Pause> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    private final class Pause implements Runnable {
        private final Runnable then;

        Pause(Runnable then) {
            this.then = then;
        }

        @Override
        public void run() {
            if (waiting.remove(this)) {
                then.run();
            }
        }
    }

    Pauses(ScheduledExecutorService timers) {
        this.timers = timers;
    }

    /**
     * Begins one.
     *
     * @param then runs once, without waiting, on the timers' thread or on the one that ends all pauses
     * @throws RejectedExecutionException where the timers have ended: it does not run then
     */
    void begin(Duration length, Runnable then) {
        Pause pause = new Pause(then);
        waiting.add(pause);
        try {
            ScheduledFuture<?> unused = timers.schedule(pause, length.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (waiting.remove(pause)) {
                throw e;
            }
        }
        // They may have been ended since somebody looked.
        if (ended) {
            pause.run();
        }
    }

    /** Ends all that there are, and those that come as soon as they begin. May be said again. */
    void end() {
        ended = true;
        waiting.forEach(Pause::run);
    }
}
