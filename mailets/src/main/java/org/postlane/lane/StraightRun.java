// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.mailet.Mail;

/**
 * A mail that runs through the lane's processor without having been in the lane's queue: until it ends, the spool keeps the
 * mail, and its thread waits. See {@code docs/adr/0029-straight-from-the-spool.md}.
 *
 * <p>Safe for use by several threads.
 */
final class StraightRun implements HandOver, MailQueueItem {
    private final Mail part;
    private final StraightRuns all;
    /** Whether the mail needs nothing more from whoever keeps it. */
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    private final long begun;

    StraightRun(Mail part, StraightRuns all, long begun) {
        this.part = part;
        this.all = all;
        this.begun = begun;
    }

    /** When it began, by the clock of {@link StraightRuns}. */
    long begun() {
        return begun;
    }

    @Override
    public Mail getMail() {
        return part;
    }

    /** The end of the run, told by its thread; what comes after the first end means nothing. */
    @Override
    public void done(CompletionStatus status) {
        if (!outcome.isDone()) {
            all.ended(this);
            outcome.complete(status == CompletionStatus.SUCCESS);
        }
    }

    @Override
    public boolean abandon() {
        return false;
    }

    @Override
    public boolean hasFailed() {
        return outcome.isDone() && !outcome.join();
    }

    /**
     * Waits until the run ends, however long that takes: whoever went on without knowing would have the mail delivered twice, or
     * keep it nowhere. Runs end within the lane's timeout where its mailets have one.
     */
    @Override
    public void await(Duration atMost) throws ExecutionException, InterruptedException {
        if (!outcome.get()) {
            throw new ExecutionException(new MessagingException("The run has ended, and the queue has not taken its mail"));
        }
    }
}
