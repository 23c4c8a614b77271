// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.postlane.lane.SettledRecipients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One try to write one recipient's copy. It has a slot from its beginning to its end. One that outlives the time limit goes on,
 * since nobody could tell what an interrupted one has done; its recipient is in doubt for the mail, and its slot is lent.
 *
 * <p>Safe for use by several threads.
 */
final class Attempt {
    /** How often one that could not lend its slot asks again. */
    private static final long LEND_AGAIN_MILLIS = 1000;

    private static final Logger LOGGER = LoggerFactory.getLogger(Attempt.class);

    private final MailRun run;
    private final LocalMail mail;
    private final MailAddress recipient;
    private final int retries;
    private final DeliveryParts parts;
    private final String key;
    private final CompletableFuture<Void> written = new CompletableFuture<>();
    private volatile Optional<Username> owner = Optional.empty();
    private Slots.Slot slot;
    private ScheduledFuture<?> timeLimit;
    private boolean ended;
    private boolean overdue;
    /** The owner that counts as stalled for this attempt: the one that was known when it became overdue. */
    private volatile Optional<Username> stalled = Optional.empty();

    /** An attempt for which the mail is held; it lets go of it. */
    Attempt(MailRun run, MailAddress recipient, int retries, DeliveryParts parts) {
        this.run = run;
        this.mail = run.mail();
        this.recipient = recipient;
        this.retries = retries;
        this.parts = parts;
        this.key = mail.origin() + " " + SettledRecipients.key(recipient);
    }

    void start(Slots.Slot given) {
        synchronized (this) {
            slot = given;
        }
        try {
            watch(this::outliveLimit, parts.timeout().toMillis());
            parts.threads().execute(this::begin);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // No thread for it is an OutOfMemoryError too; a slot that is not given back would be missing for ever.
            end(() -> run.putOff(recipient), Optional.of(e));
        }
    }

    private synchronized void watch(Runnable check, long afterMillis) {
        if (!ended) {
            timeLimit = parts.timer().schedule(check, afterMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void begin() {
        try {
            Username found = parts.writer().owner(recipient);
            owner = Optional.of(found);
            if (!isSettledByEarlierAttempt(found)) {
                var unusedSubscription = parts.writer().write(mail, recipient, found)
                    .subscribe(nothing -> { }, this::fail, () -> end(() -> run.delivered(recipient), Optional.empty()));
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void fail(Throwable failure) {
        end(() -> run.failed(recipient, retries, failure), Optional.of(failure));
    }

    private boolean isSettledByEarlierAttempt(Username found) {
        Optional<CompletableFuture<Void>> earlier = parts.overdue().of(key);
        if (earlier.isPresent() && !earlier.get().isDone()) {
            withoutWriting(() -> run.inDoubt(recipient));
            return true;
        }
        parts.overdue().forget(key);
        if (earlier.isPresent() && !earlier.get().isCompletedExceptionally()) {
            end(() -> run.delivered(recipient), Optional.empty());
            return true;
        }
        Optional<Throwable> lasting = earlier.map(Attempt::failure).filter(failure -> !Failures.mayPass(failure));
        if (lasting.isPresent()) {
            fail(lasting.get());
            return true;
        }
        if (parts.overdue().isStalled(found)) {
            withoutWriting(() -> run.putOff(recipient));
            return true;
        }
        return false;
    }

    private void withoutWriting(Runnable settle) {
        end(settle, Optional.of(new IllegalStateException("The attempt was not begun")));
    }

    private static Throwable failure(CompletableFuture<Void> failed) {
        return failed.handle((nothing, failure) -> failure).join();
    }

    /** The mail does not wait for it any longer. */
    void outliveLimit() {
        synchronized (this) {
            if (ended || overdue) {
                return;
            }
            overdue = true;
            stalled = owner;
            parts.overdue().add(key, stalled, written);
        }
        parts.metrics().overdue();
        LOGGER.warn("Mail {} is not yet delivered to {} after {}; the attempt goes on, and a queue keeps the recipient for "
            + "its end", mail.name(), recipient.asPrettyString(), parts.timeout());
        run.inDoubt(recipient);
        lend();
    }

    private void lend() {
        if (!parts.slots().lend(slot())) {
            watch(this::lend, LEND_AGAIN_MILLIS);
        }
    }

    private synchronized Slots.Slot slot() {
        return slot;
    }

    /** The first end counts. What it means for the mail is told unless the mail has been told of doubt. */
    private void end(Runnable settle, Optional<Throwable> failure) {
        boolean late;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            late = overdue;
            if (timeLimit != null) {
                timeLimit.cancel(false);
            }
        }
        run.ended(this);
        mail.release();
        if (late) {
            failure.ifPresentOrElse(written::completeExceptionally, () -> written.complete(null));
            parts.overdue().ended(stalled);
            LOGGER.info("Mail {} to {}: the attempt that took too long has ended {}", mail.name(), recipient.asPrettyString(),
                failure.isPresent() ? "with a failure" : "well", failure.orElse(null));
        } else {
            settle.run();
        }
        parts.slots().end(slot());
    }
}
