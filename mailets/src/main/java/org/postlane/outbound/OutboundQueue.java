// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.MailetContext;
import org.postlane.journal.DeliveryJournal;
import org.postlane.outbound.attempt.AttemptContext;
import org.postlane.outbound.attempt.DestinationAttempt;
import org.postlane.outbound.attempt.MailDestinations;
import org.postlane.outbound.delayed.DelayedMail;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.operations.OutcomeLog;
import org.postlane.outbound.operations.QueueDepth;
import org.postlane.outbound.operations.QueueInHand;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.outbound.settlement.MailRecord;
import org.postlane.outbound.settlement.Settlement;
import org.postlane.outbound.settlement.SettlementCourse;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import org.postlane.route.RouteTable;
import org.postlane.schedule.Scheduler;
import org.postlane.schedule.SchedulerLimits;
import org.postlane.smtp.Futures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer of one outgoing queue: mail taken out of it as far as there is room, sorted into destinations, none of it
 * holding a thread. A mail leaves the queue only when what became of every recipient is settled.
 *
 * <p>Safe for use by several threads.
 */
public final class OutboundQueue implements QueuedMail.Owner, QueueInHand {
    private static final Duration START_POLL = Duration.ofMillis(50);
    /** One mail that cannot be settled, while others are, is no critical state. */
    private static final Duration SETTLEMENT_PATIENCE = Duration.ofMinutes(1);
    /** A mail that comes out of the queue again and again shall not keep it busy. */
    private static final Duration PAUSE_BEFORE_GIVING_BACK = Duration.ofMinutes(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(OutboundQueue.class);

    private final OutboundEngine engine;
    private final OutboundSettings settings;
    private final MailDestinations sorting;
    private final Settlement settlement;
    private final MetricFactory metrics;
    private final Clock clock;
    private final Instant began;
    private final OutcomeLog outcomes;
    private final QueueThreads threads;
    private final QueueReader reader;
    private final Unsettled unsettled = new Unsettled();
    private final StepRunner stepRunner;
    private final DelayedMail delayedMail;
    /** Null until James has started: only then every element has said what the limits are. */
    private volatile Scheduler<DestinationAttempt> scheduler;
    private volatile AttemptContext context;
    private final Set<QueuedMail> inHand = ConcurrentHashMap.newKeySet();
    /** Those in hand that have not been offered to their destinations yet. */
    private final Set<QueuedMail> unsorted = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile LiveSettings live = LiveSettings.DEFAULTS;
    private volatile boolean stopping;

    /**
     * The consumer of a queue; {@link #start()} begins.
     *
     * @param queues makes the queues beside one that ignores delays
     */
    public OutboundQueue(OutboundEngine engine, MailQueue durable, MailQueueFactory<?> queues, OutboundSettings settings,
                         RouteTable routes, MailetContext context, MetricFactory metrics, Clock clock) {
        String name = durable.getName().asString();
        this.engine = engine;
        this.settings = settings;
        this.sorting = new MailDestinations(routes, domain -> live.names(domain), () -> this.context);
        this.metrics = metrics;
        this.clock = clock;
        this.began = clock.instant();
        this.outcomes = new OutcomeLog(settings.queue(), engine.metrics(), clock);
        this.threads = new QueueThreads(name, engine.time());
        this.stepRunner = new StepRunner(threads.workers(), threads.timers(), () -> stopping, engine.criticalStates()
            .watch("the mail of queue " + name + " cannot be settled", SETTLEMENT_PATIENCE), unsettled);
        engine.criticalStates().askAboutPart("some mail of queue " + name + " cannot be settled", unsettled::problem);
        this.delayedMail = new DelayedMail(durable, queues, clock, threads.workers(), threads.timers(), stepRunner,
            sorting::isOneOf, this::completeIfDrained);
        MailQueue queue = delayedMail.queue();
        this.settlement = new Settlement(queue, settings, context, metrics, outcomes, clock);
        this.reader = new QueueReader(queue, settings.inHand(), engine.criticalStates()
            .watch("queue " + name + " cannot be read", Duration.ZERO), this::take, this::isCrowded, threads.timers());
    }

    /** Begins to take mail as soon as James has started. */
    public void start() {
        engine.add(this);
        awaitStart();
    }

    private boolean isCrowded() {
        return scheduler.isCrowded();
    }

    private void awaitStart() {
        if (stopping) {
            return;
        }
        if (!engine.mayBegin()) {
            ScheduledFuture<?> unused =
                threads.timers().schedule(this::awaitStart, START_POLL.toMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        scheduler = new Scheduler<>(new SchedulerLimits(settings.inHand().places(), engine.agreed().limits().maxTotal()),
            destination -> live.limitsOf(destination), threads.starters(), threads.timers(), engine.time()::nanoTime,
            () -> ThreadLocalRandom.current().nextDouble());
        // They may have been changed since they were asked for.
        limitTurns();
        context = new AttemptContext(engine.connections(), engine.metrics(), settings, scheduler,
            () -> !engine.recordsUnderWay().isFull(), () -> live);
        engine.destinations().obey(settings.queue(), scheduler, engine.orders(clock));
        engine.destinations().add(settings.queue(), scheduler, delayedMail::fetch);
        engine.metrics().watchQueue(settings.queue(), this, new QueueDepth(delayedMail.parts(), threads.workers()));
        new HoldingLimit(this::mailInHand, threads.timers(), engine.time()).start();
        // Opened before the first mail comes: whether it can be used shall show at the start.
        DeliveryJournal unused = engine.journal();
        reader.start(threads.readers());
        LOGGER.info("Delivering the mail of queue {} {}; retries: {}; {}", settings.queue().asString(), sorting,
            settings.retries(), live);
    }

    private Collection<QueuedMail> mailInHand() {
        return inHand;
    }

    /** Other limits for its destinations, from now on. */
    public void change(LiveSettings changed) {
        live = changed;
        engine.connections().pace(settings.queue(), changed.connectionRates());
        Scheduler<DestinationAttempt> running = scheduler;
        if (running != null) {
            running.limit(changed::limitsOf);
        }
    }

    /** As many turns as the pool may have connections now. The one that comes last sees what was agreed last. */
    synchronized void limitTurns() {
        Scheduler<DestinationAttempt> running = scheduler;
        if (running != null) {
            running.limitTurns(engine.agreed().limits().maxTotal());
        }
    }

    /** The limits that its destinations have now. */
    public LiveSettings live() {
        return live;
    }

    /**
     * Takes no more mail. What is under way may finish, and what does not stays in the queue. May be called several times.
     *
     * @return completes when nothing is under way any more
     */
    public CompletableFuture<Void> stop() {
        stopping = true;
        reader.stop();
        delayedMail.stop();
        Scheduler<DestinationAttempt> running = scheduler;
        if (running != null) {
            running.close();
        }
        completeIfDrained();
        return drained.copy();
    }

    private void completeIfDrained() {
        if (stopping && inHand.isEmpty() && delayedMail.isStill()) {
            reader.end();
            drained.complete(null);
        }
    }

    /** Ends its threads, after {@link #stop()}. */
    public void close() {
        reader.end();
        engine.remove(this);
        engine.destinations().remove(settings.queue());
        engine.connections().unpace(settings.queue());
        threads.close();
        delayedMail.close();
    }

    private void take(MailQueue.MailQueueItem item) {
        QueuedMail mail = new QueuedMail(this, item, engine.time().nanoTime(), metrics.timer("RemoteDeliveryTrial"));
        inHand.add(mail);
        unsorted.add(mail);
        onWorker(mail, () -> look(mail));
    }

    private void onWorker(QueuedMail mail, Runnable work) {
        try {
            threads.workers().execute(work);
        } catch (RejectedExecutionException e) {
            left(mail);
        } catch (RuntimeException | Error e) {
            // No thread could be made for it.
            giveBack(mail, e);
        }
    }

    private void look(QueuedMail mail) {
        try {
            delayedMail.decide(mail.item(), () -> begin(mail), () -> release(mail), () -> sorted(mail));
        } catch (RuntimeException | Error e) {
            giveBack(mail, e);
        }
    }

    private void begin(QueuedMail mail) {
        BeginningCourse course = new BeginningCourse(settlement, mail,
            opened -> new MailRecord(engine.journal(), outcomes, clock, settings.queue(), began,
                engine.recordsUnderWay(), opened.mail()),
            recipients -> sorting.attempts(mail.mail(), recipients, mail, threads.workers()));
        try {
            course.steps();
        } catch (RuntimeException | Error e) {
            beginLater(mail, course);
            return;
        }
        course.begin();
        sorted(mail);
    }

    private void beginLater(QueuedMail mail, BeginningCourse course) {
        // This takes minutes, and the reader shall not wait for it.
        sorted(mail);
        CompletableFuture<Void> unused = stepRunner.run(course).whenComplete((nothing, failure) -> {
            if (failure != null) {
                giveBack(mail, failure);
            } else if (!course.begin()) {
                release(mail);
            }
        });
    }

    private void sorted(QueuedMail mail) {
        if (unsorted.remove(mail)) {
            reader.sorted();
        }
    }

    /** Settles it step by step, or gives it back where that is not possible. */
    @Override
    public void attempted(QueuedMail mail, List<Verdict> verdicts) {
        try {
            SettlementCourse course = new SettlementCourse(settlement, mail.item(), mail.name(), mail.record(), verdicts);
            CompletableFuture<Void> unused = stepRunner.run(course).whenComplete((nothing, failure) -> {
                if (failure == null) {
                    mail.record().done();
                    release(mail);
                } else {
                    course.restore();
                    giveBack(mail, failure);
                }
            });
        } catch (RuntimeException | Error e) {
            giveBack(mail, e);
        }
    }

    /**
     * Lets the queue have a mail again of which nothing can be made now. It hands it out again at once, so this comes after a
     * while only; what was delivered is recorded and is not repeated.
     */
    private void giveBack(QueuedMail mail, Throwable why) {
        sorted(mail);
        if (stopping) {
            left(mail);
            return;
        }
        if (unsettled.fails(mail.name(), Futures.rootOf(why))) {
            LOGGER.error("{} cannot be settled and goes back into queue {} as it is, again and again while that is so",
                mail.name(), settings.queue().asString(), why);
        }
        try {
            ScheduledFuture<?> unused = threads.timers().schedule(() -> onWorker(mail, () -> handBack(mail)),
                PAUSE_BEFORE_GIVING_BACK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            left(mail);
        }
    }

    private void handBack(QueuedMail mail) {
        try {
            mail.item().done(MailQueue.MailQueueItem.CompletionStatus.RETRY);
        } catch (Exception | Error e) {
            // Its place is needed. A broker that cannot be told hands it out again when the connection to it is new.
            LOGGER.warn("{} could not be given back to queue {}", mail.name(), settings.queue().asString(), e);
        }
        release(mail);
    }

    /** The queue still has it, and hands it out again after the restart. */
    @Override
    public void left(QueuedMail mail) {
        LOGGER.info("{} stays in queue {} until James has restarted", mail.mail().getName(), settings.queue().asString());
        release(mail);
    }

    private void release(QueuedMail mail) {
        sorted(mail);
        if (inHand.remove(mail)) {
            mail.dispose();
            reader.release(mail.size());
            completeIfDrained();
        }
    }

    @Override
    public int mails() {
        return reader.mails();
    }

    @Override
    public long octets() {
        return reader.octets();
    }

    @Override
    public Optional<Duration> oldest() {
        return inHand.stream().map(QueuedMail::takenAt).min(Long::compare)
            .map(first -> Duration.ofNanos(engine.time().nanoTime() - first));
    }
}
