// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.mailet.Mail;

/** One mail on its way into a lane's queue. Safe for use by several threads. */
final class QueueHandOver implements HandOver, Runnable {
    /** How it stands. */
    enum State {
        /** No thread has begun. */
        WAITING,
        /** The queue was asked, and may take the mail at any moment from here on. */
        RUNNING,
        /** Given up before the queue was asked. */
        ABANDONED
    }

    private final MailQueue queue;
    private final Mail part;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    /**
     * A mail that is to go into the queue.
     *
     * @param part is disposed of at the end
     */
    QueueHandOver(MailQueue queue, Mail part) {
        this.queue = queue;
        this.part = part;
    }

    @Override
    public void run() {
        if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
            return;
        }
        try {
            queue.enQueue(part);
            done.complete(null);
        } catch (Throwable e) {
            // Whoever waits for this decides what it means; an error must not leave them waiting.
            done.completeExceptionally(e);
        } finally {
            LifecycleUtil.dispose(part);
        }
    }

    @Override
    public boolean abandon() {
        if (!state.compareAndSet(State.WAITING, State.ABANDONED)) {
            return false;
        }
        LifecycleUtil.dispose(part);
        done.cancel(false);
        return true;
    }

    @Override
    public boolean hasFailed() {
        return done.isCompletedExceptionally();
    }

    @Override
    public void await(Duration atMost) throws ExecutionException, TimeoutException, InterruptedException {
        done.get(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS);
    }
}
