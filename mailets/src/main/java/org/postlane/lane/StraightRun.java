// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.mailet.Mail;

/**
 * A mail that runs through the lane's processor without having been in the lane's queue: until it ends, the spool keeps the
 * mail. One that takes longer than {@link #PATIENCE} gets a place in the queue while it goes on, so that the spool does not wait;
 * what the queue gives out then is settled as the run ends. See {@code docs/adr/0029-straight-from-the-spool.md}.
 *
 * <p>Safe for use by several threads.
 */
final class StraightRun implements HandOver, MailQueueItem {
    /** Long beside the writing of a mail, short beside what a sender or the spool notices. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Begins to put a copy of the mail into the lane's queue. */
    interface Copy {
        /**
         * Begins.
         *
         * @param run goes into {@link Bookkeeping#UNDER_WAY} of the copy
         */
        HandOver begin(String run) throws MessagingException;
    }

    private final String id = UUID.randomUUID().toString();
    private final Mail part;
    private final Copy copy;
    private final StraightRuns all;
    /** Whether the mail needs nothing more from whoever keeps it. */
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    /** Completes when it ends, or when its place is lent to another mail. */
    private final CompletableFuture<Void> slot = new CompletableFuture<>();
    private HandOver inQueue;

    StraightRun(Mail part, Copy copy, StraightRuns all) {
        this.part = part;
        this.copy = copy;
        this.all = all;
    }

    String id() {
        return id;
    }

    @Override
    public Mail getMail() {
        return part;
    }

    /** The end of the run. */
    @Override
    public void done(CompletionStatus status) {
        all.ended();
        outcome.complete(status == CompletionStatus.SUCCESS);
    }

    /** Completes when the run ends, with whether its mail needs nothing more. */
    CompletableFuture<Boolean> outcome() {
        return outcome;
    }

    CompletableFuture<Void> slot() {
        return slot;
    }

    @Override
    public boolean abandon() {
        return false;
    }

    @Override
    public boolean hasFailed() {
        return outcome.isDone() && !outcome.join();
    }

    @Override
    public void await(Duration atMost) throws ExecutionException, TimeoutException, InterruptedException {
        long begin = System.nanoTime();
        boolean well;
        try {
            well = outcome.get(Math.min(atMost.toNanos(), PATIENCE.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            awaitQueue(atMost.minusNanos(System.nanoTime() - begin), e);
            return;
        }
        if (!well) {
            throw new ExecutionException(new MessagingException("The run has ended, and the queue has not taken its mail"));
        }
    }

    /** Once only: the mail of which the copy is made is the spool's, and is gone when the spool has it back. */
    private synchronized void awaitQueue(Duration atMost, TimeoutException late) throws TimeoutException, InterruptedException {
        if (inQueue != null) {
            throw late;
        }
        try {
            all.outlive(this);
            inQueue = copy.begin(id);
            inQueue.await(atMost);
        } catch (MessagingException | ExecutionException e) {
            // The run goes on all the same.
            late.addSuppressed(e);
            throw late;
        }
    }
}
