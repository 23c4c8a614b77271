// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.apache.james.core.MailAddress;
import org.postlane.james.HoldTimes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mail on its way to its recipients: who waits for a slot, who waits for another attempt, what became of whom. It ends when
 * each recipient has an outcome. When the mail gets no further, or is under way for too long, recipients that are not being
 * written are put off, so that its queue item can be settled.
 *
 * <p>Safe for use by several threads. Never calls {@link Slots} while it holds its own lock.
 */
final class MailRun implements Slots.Line {
    static final Duration LONGEST = HoldTimes.IN_HAND;

    private static final Logger LOGGER = LoggerFactory.getLogger(MailRun.class);

    /** A recipient whose turn comes, and how many attempts may follow this one. */
    private static final class Waiting {
        private final MailAddress recipient;
        private final int retries;

        private Waiting(MailAddress recipient, int retries) {
            this.recipient = recipient;
            this.retries = retries;
        }
    }

    private final LocalMail mail;
    private final int retries;
    private final List<MailAddress> recipients;
    private final Iterator<MailAddress> unbegun;
    private final DeliveryParts parts;
    private final Deque<Waiting> again = new ArrayDeque<>();
    private final Set<Attempt> inFlight = ConcurrentHashMap.newKeySet();
    private final RunOutcome outcome = new RunOutcome();
    private final CompletableFuture<RunOutcome> end = new CompletableFuture<>();
    private final long begunAt = System.nanoTime();
    private long steps;
    private long stepsAtLastCheck = -1;
    private boolean closed;
    private boolean ended;
    private ScheduledFuture<?> check;

    MailRun(LocalMail mail, Collection<MailAddress> recipients, int retries, DeliveryParts parts) {
        this.mail = mail;
        this.retries = retries;
        this.recipients = List.copyOf(recipients);
        this.unbegun = this.recipients.iterator();
        this.parts = parts;
    }

    /** Begins; what is returned completes when each recipient has an outcome, and does not fail. */
    CompletableFuture<RunOutcome> begin() {
        if (recipients.isEmpty()) {
            end.complete(outcome);
            return end;
        }
        long period = parts.timeout().toMillis();
        synchronized (this) {
            if (closed) {
                return end;
            }
            check = parts.timer().scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
        }
        parts.slots().join(this);
        return end;
    }

    LocalMail mail() {
        return mail;
    }

    @Override
    public synchronized Optional<Slots.Work> take() {
        Waiting next = next();
        if (next == null) {
            return Optional.empty();
        }
        steps++;
        mail.retain();
        Attempt attempt = new Attempt(this, next.recipient, next.retries, parts);
        inFlight.add(attempt);
        return Optional.of(attempt::start);
    }

    @Override
    public synchronized boolean waits() {
        return !again.isEmpty() || (!closed && unbegun.hasNext());
    }

    @Override
    public long octets() {
        return mail.size();
    }

    private Waiting next() {
        if (closed || !again.isEmpty()) {
            return again.poll();
        }
        return unbegun.hasNext() ? new Waiting(unbegun.next(), retries) : null;
    }

    void ended(Attempt attempt) {
        inFlight.remove(attempt);
    }

    void delivered(MailAddress recipient) {
        settle(result -> result.delivered.add(recipient));
    }

    void putOff(MailAddress recipient) {
        settle(result -> result.putOff.add(recipient));
    }

    void inDoubt(MailAddress recipient) {
        settle(result -> result.inDoubt.add(recipient));
    }

    void failed(MailAddress recipient, int retriesLeft, Throwable failure) {
        boolean mayPass = Failures.mayPass(failure);
        if (mayPass && retriesLeft > 0) {
            retry(recipient, retriesLeft - 1, failure);
            return;
        }
        if (Failures.storeIsAway(failure)) {
            LOGGER.warn("Mail {} waits for the store to come back, to be delivered to {}", mail.name(),
                recipient.asPrettyString(), failure);
            putOff(recipient);
            return;
        }
        LOGGER.error("Mail {} cannot be delivered {}to {}", mail.name(), mayPass ? "now " : "", recipient.asPrettyString(),
            failure);
        settle(result -> {
            if (mayPass) {
                result.unwritten.add(recipient);
            } else {
                result.failed.add(recipient);
                result.reasons.put(recipient, Failures.reason(failure));
            }
            if (result.failure.isEmpty()) {
                result.failure = Optional.of(failure);
            }
        });
    }

    private void retry(MailAddress recipient, int retriesLeft, Throwable failure) {
        Duration wait = Failures.backOff(retries - retriesLeft);
        LOGGER.warn("Mail {} was not delivered to {} and is tried {} more times, next in {}", mail.name(),
            recipient.asPrettyString(), retriesLeft + 1, wait, failure);
        parts.metrics().retried();
        var unusedTask = parts.timer().schedule(() -> comeBack(recipient, retriesLeft), wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void comeBack(MailAddress recipient, int retriesLeft) {
        boolean waits;
        synchronized (this) {
            waits = !closed;
            if (waits) {
                again.add(new Waiting(recipient, retriesLeft));
            }
        }
        if (waits) {
            parts.slots().join(this);
        } else {
            putOff(recipient);
        }
    }

    private void settle(Consumer<RunOutcome> change) {
        boolean last;
        synchronized (this) {
            if (ended) {
                return;
            }
            steps++;
            change.accept(outcome);
            last = outcome.size() == recipients.size();
            ended = last;
            if (last && check != null) {
                check.cancel(false);
            }
        }
        if (last) {
            end.complete(outcome);
        }
    }

    private void check() {
        boolean stuck;
        synchronized (this) {
            stuck = steps == stepsAtLastCheck || System.nanoTime() - begunAt > LONGEST.toNanos();
            stepsAtLastCheck = steps;
        }
        if (stuck) {
            putOffTheRest();
        }
    }

    private void putOffTheRest() {
        Deque<MailAddress> rest = new ArrayDeque<>();
        synchronized (this) {
            closed = true;
            again.forEach(waiting -> rest.add(waiting.recipient));
            again.clear();
            unbegun.forEachRemaining(rest::add);
        }
        if (!rest.isEmpty()) {
            LOGGER.warn("Mail {} gets no further; {} recipients are put off", mail.name(), rest.size());
        }
        rest.forEach(this::putOff);
    }

    /** James stops: who is not delivered yet is put off, and who is being written is in doubt. */
    void breakOff() {
        synchronized (this) {
            outcome.brokenOff |= !ended;
        }
        putOffTheRest();
        inFlight.forEach(Attempt::outliveLimit);
    }

    /** Ends what was broken off at once: whoever has no outcome by now is in doubt. */
    void endNow() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            closed = true;
            again.clear();
            if (check != null) {
                check.cancel(false);
            }
            outcome.addInDoubt(recipients);
        }
        end.complete(outcome);
    }
}
