// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.annotation.PreDestroy;
import javax.inject.Inject;
import javax.inject.Named;
import javax.mail.MessagingException;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.mailbox.MailboxManager;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.user.api.UsersRepository;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.postlane.james.StopTime;
import org.postlane.lane.Lane;
import org.postlane.lane.Lanes;
import org.postlane.lane.SettledRecipients;
import org.postlane.recipient.RecipientType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivery into mailboxes for the whole James: the slots of recipients in flight, the threads, what is known of mailboxes that
 * do not answer, and the queue in which their mail waits. Mailets that deliver share it.
 *
 * <p>Safe for use by several threads.
 */
public final class LocalDeliveries {
    /** Which recipients of this very mail are delivered or on their way elsewhere, for whoever runs it again. */
    static final AttributeName DELIVERED = AttributeName.of("postlane-local-delivered");
    /**
     * How often a mailbox may leave open whether it has the mail, or fail for a reason that may pass: about three quarters of an
     * hour, longer than a restart.
     */
    static final int MAX_DOUBTS = 12;
    /**
     * How often a mail waits for a mailbox that has certainly not got it, because the database is away or others have all slots:
     * five minutes each, about the five days that RFC 5321 4.5.4.1 asks for.
     */
    static final int MAX_TIMES = 1450;
    private static final long IDLE_SECONDS = 30;

    private static final Logger LOGGER = LoggerFactory.getLogger(LocalDeliveries.class);

    private final MailboxWriter writer;
    private final LocalMetrics metrics;
    private final Lanes lanes;
    private final DomainList domains;
    private final Clock clock;
    /** Of what is under way at the end; what does not end in time is in its queue. */
    private final StopTime stopTime;
    /** Each with a future that completes when its mail needs nothing more. */
    private final Map<MailRun, CompletableFuture<Void>> running = new ConcurrentHashMap<>();
    private volatile Opened opened;
    private int users;

    /** What lasts from the first mailet's start to the last one's end; the queue and the spool take mail after that too. */
    private static final class Opened {
        private final DeliveryParts parts;
        private final ScheduledThreadPoolExecutor timer;
        private final ThreadPoolExecutor threads;
        private final Lane retries;
        private final ErrorMails errors;
        private final SuccessReports successes;
        /** Written and read under the lock of the runs. */
        private boolean ended;

        private Opened(DeliveryParts parts, ScheduledThreadPoolExecutor timer, ThreadPoolExecutor threads, Lane retries,
                ErrorMails errors, SuccessReports successes) {
            this.parts = parts;
            this.timer = timer;
            this.threads = threads;
            this.retries = retries;
            this.errors = errors;
            this.successes = successes;
        }
    }

    /** For James' injector. */
    @Inject
    public LocalDeliveries(UsersRepository users, @Named("mailboxmanager") MailboxManager mailboxes, MetricFactory metricFactory,
            Lanes lanes, DomainList domains, StopTime stopTime, Clock clock) {
        this.writer = new MailboxWriter(users, mailboxes, metricFactory);
        this.metrics = new LocalMetrics(metricFactory);
        this.lanes = lanes;
        this.domains = domains;
        this.stopTime = stopTime;
        this.clock = clock;
    }

    /** Begins for one mailet, which releases once when it ends. */
    public synchronized void open(MailetContext context) {
        users++;
        if (isOpen()) {
            return;
        }
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons("local-delivery-timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // No attempt waits for a thread: the slots bound their number.
        ThreadPoolExecutor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
            new SynchronousQueue<>(), daemons("local-delivery-%d"));
        Slots slots = new Slots(() -> lanes.settings(RecipientType.LOCAL).recipientsInFlight(),
            () -> lanes.settings(RecipientType.LOCAL).octetsInFlight());
        DeliveryParts parts = new DeliveryParts(writer, slots, metrics, timer, threads,
            () -> lanes.settings(RecipientType.LOCAL).timeout());
        Lane retries = lanes.openLocalRetries(this::deliverAgain);
        opened = new Opened(parts, timer, threads, retries, new ErrorMails(context),
            new SuccessReports(context, retries, domains, clock));
    }

    private boolean isOpen() {
        synchronized (running) {
            return opened != null && !opened.ended;
        }
    }

    private static ThreadFactory daemons(String name) {
        return new ThreadFactoryBuilder().setDaemon(true).setNameFormat(name).build();
    }

    /** Undoes one {@link #open}; the last one ends all deliveries. More calls do nothing. */
    public synchronized void release() {
        if (users > 0) {
            users--;
            if (users == 0) {
                close();
            }
        }
    }

    /**
     * Ends all deliveries. What is under way has the time of {@link StopTime}; then the recipients that are left go to the queue
     * of those that are tried again, and so do those of mail that comes later, since James' spool still runs: an exception would
     * send them to the error processor.
     */
    @PreDestroy
    public synchronized void close() {
        users = 0;
        if (!isOpen()) {
            return;
        }
        synchronized (running) {
            opened.ended = true;
        }
        if (!awaitEnd(stopTime.leftForWhatRuns())) {
            running.keySet().forEach(MailRun::breakOff);
            if (!awaitEnd(stopTime.leftForItsEnd())) {
                LOGGER.warn("The queue of local deliveries has not taken all mails that are under way");
            }
        }
        running.keySet().forEach(MailRun::endNow);
        opened.timer.shutdown();
        opened.threads.shutdown();
        lanes.release();
    }

    private boolean awaitEnd(Duration atMost) {
        try {
            CompletableFuture.allOf(running.values().toArray(CompletableFuture<?>[]::new))
                .get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.warn("{} mails are still on their way into mailboxes", running.size(), e);
        }
        return false;
    }

    /**
     * Delivers a mail to all of its recipients, and returns when each has an outcome: delivered, handed to the error processor,
     * or waiting in a queue because its mailbox does not answer.
     *
     * @throws MessagingException for what is left; the mail then has the recipients that remain, and an attribute that keeps the
     *     others from getting it twice when it is run again with all of them
     */
    public void deliver(Mail mail, LocalDeliverySettings settings) throws MessagingException {
        deliver(mail, new RetryNote(mail.getName(), settings));
    }

    private Opened opened() throws MessagingException {
        Opened current = opened;
        if (current == null) {
            throw new MessagingException("Local delivery was never opened");
        }
        return current;
    }

    private void deliverAgain(Mail mail) throws MessagingException {
        if (opened().successes.sendAgain(mail)) {
            return;
        }
        RetryNote note = RetryNote.of(mail);
        if (Mail.ERROR.equals(mail.getState())) {
            opened().errors.sendUnanswered(mail, mail.getErrorMessage(), List.copyOf(mail.getRecipients()), Failures.UNANSWERED,
                note.settings().errorProcessor().orElse(Mail.ERROR));
        } else {
            deliver(mail, note);
        }
    }

    private void deliver(Mail mail, RetryNote note) throws MessagingException {
        Opened with = opened();
        Set<String> before = SettledRecipients.of(mail, DELIVERED);
        Set<MailAddress> recipients = new LinkedHashSet<>(mail.getRecipients());
        recipients.removeIf(recipient -> before.contains(SettledRecipients.key(recipient)));
        Set<MailAddress> remaining = new LinkedHashSet<>(recipients);
        LocalMail local = LocalMail.of(mail, note.origin(), recipients);
        Optional<MailRun> run = register(with, local, recipients, note);
        boolean interrupted = false;
        boolean settled = false;
        try {
            RunOutcome outcome = run.map(LocalDeliveries::toItsEnd).orElseGet(() -> RunOutcome.notBegun(recipients));
            interrupted = Thread.interrupted();
            outcome.delivered.forEach(remaining::remove);
            // Now: where the rest cannot be handed on, another run does not know whom this one has delivered to.
            if (note.settings().successReports()) {
                with.successes.send(mail, local, outcome.delivered);
            }
            new AfterRun(with.retries, with.errors, metrics, mail, local, note, outcome).settle(remaining);
            settled = true;
        } finally {
            local.release();
            if (settled) {
                mail.removeAttribute(DELIVERED);
            } else {
                recipients.removeAll(remaining);
                SettledRecipients.add(mail, DELIVERED, recipients);
                mail.setRecipients(remaining);
            }
            run.map(running::remove).ifPresent(over -> over.complete(null));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A run that the end waits for; empty after it. */
    private Optional<MailRun> register(Opened with, LocalMail local, Set<MailAddress> recipients, RetryNote note) {
        synchronized (running) {
            if (with.ended) {
                return Optional.empty();
            }
            MailRun run = new MailRun(local, recipients, note.settings().retries(), with.parts);
            running.put(run, new CompletableFuture<>());
            return Optional.of(run);
        }
    }

    private static RunOutcome toItsEnd(MailRun run) {
        CompletableFuture<RunOutcome> end = run.begin();
        try {
            return end.get();
        } catch (InterruptedException e) {
            run.breakOff();
            run.endNow();
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return end.join();
    }
}
