// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The autologout timer of one connection (RFC 1939 3). Safe for use by several threads. */
final class Inactivity {
    private final ScheduledExecutorService timer;
    private final Duration limit;
    private final Runnable whenExpired;
    private Future<?> pending;
    private long period;

    Inactivity(ScheduledExecutorService timer, Duration limit, Runnable whenExpired) {
        this.timer = timer;
        this.limit = limit;
        this.whenExpired = whenExpired;
    }

    /** The server waits for the client from now on. */
    synchronized void start() {
        stop();
        long started = period;
        try {
            pending = timer.schedule(() -> expire(started), limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // James stops; whoever stops it ends all connections.
            pending = null;
        }
    }

    /** The client did something. */
    synchronized void stop() {
        period++;
        if (pending != null) {
            pending.cancel(false);
            pending = null;
        }
    }

    private void expire(long started) {
        synchronized (this) {
            if (period != started) {
                return;
            }
            period++;
        }
        whenExpired.run();
    }
}
