// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.MailetContext;
import org.postlane.journal.DeliveryJournal;
import org.postlane.outbound.attempt.AttemptContext;
import org.postlane.outbound.attempt.DestinationAttempt;
import org.postlane.outbound.attempt.MailDestinations;
import org.postlane.outbound.delayed.DelayedMail;
import org.postlane.outbound.operations.OutcomeLog;
import org.postlane.outbound.operations.QueueDepth;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.outbound.settlement.MailRecord;
import org.postlane.outbound.settlement.Settlement;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import org.postlane.route.RouteTable;
import org.postlane.schedule.Scheduler;
import org.postlane.schedule.SchedulerLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer of one outgoing queue: mail taken out of it as far as there is room, sorted into destinations, none of it
 * holding a thread. A mail leaves the queue only when what became of every recipient is settled.
 *
 * <p>Safe for use by several threads.
 */
public final class OutboundQueue {
    private static final Duration START_POLL = Duration.ofMillis(50);
    /** One mail that cannot be settled, while others are, is no critical state. */
    private static final Duration SETTLEMENT_PATIENCE = Duration.ofMinutes(1);
    /** For so long a disk that hangs holds up the turns that have begun: then they end, and their mail goes back. */
    private static final Duration RECORDED_WITHIN = Duration.ofSeconds(5);
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
    private final Hand hand;
    private final Handling handling;
    private final StepRunner stepRunner;
    private final DelayedMail delayedMail;
    /** Null until James has started: only then every element has said what the limits are. */
    private volatile Scheduler<DestinationAttempt> scheduler;
    private volatile AttemptContext context;
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
        Unsettled unsettled = new Unsettled();
        this.stepRunner = new StepRunner(threads.workers(), threads.timers(), () -> stopping, engine.criticalStates()
            .watch("the mail of queue " + name + " cannot be settled", SETTLEMENT_PATIENCE), unsettled, engine.time()::nanoTime);
        engine.criticalStates().askAboutPart("some mail of queue " + name + " cannot be settled", unsettled::problem);
        this.delayedMail = new DelayedMail(durable, queues, clock, threads.workers(), threads.timers(), stepRunner,
            sorting::isOneOf, this::completeIfDrained);
        MailQueue queue = delayedMail.queue();
        this.settlement = new Settlement(queue, settings, context, metrics, outcomes, clock);
        this.reader = new QueueReader(queue, settings.inHand(), engine.criticalStates()
            .watch("queue " + name + " cannot be read", Duration.ZERO), this::take, this::isCrowded, threads.timers());
        this.hand = new Hand(reader, engine.time(), this::completeIfDrained);
        this.handling = new Handling(name, hand, threads, delayedMail, this::beginning, settlement, stepRunner, unsettled,
            () -> stopping);
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
            () -> ThreadLocalRandom.current().nextDouble(), engine.cluster().paces("queue " + settings.queue().asString()));
        // They may have been changed since they were asked for.
        limitTurns();
        context = new AttemptContext(engine.connections(), engine.metrics(), settings, scheduler,
            this::recordedInTime, () -> live);
        engine.destinations().obey(settings.queue(), scheduler, engine.orders(clock));
        engine.destinations().add(settings.queue(), scheduler, delayedMail::fetch);
        engine.metrics().watchQueue(settings.queue(), hand, new QueueDepth(delayedMail.parts(), threads.workers()),
            this::ageOfOldest);
        new HoldingLimit(hand::all, threads.timers(), engine.time()).start();
        // Opened before the first mail comes: whether it can be used shall show at the start.
        DeliveryJournal unused = engine.journal();
        reader.start(threads.readers());
        LOGGER.info("Delivering the mail of queue {} {}; retries: {}; {}", settings.queue().asString(), sorting,
            settings.retries(), live);
    }

    private Optional<Duration> ageOfOldest() {
        return Stream.of(hand.firstQueuedAt(), delayedMail.oldest()).flatMap(Optional::stream).min(Comparator.naturalOrder())
            .map(first -> Duration.between(first, clock.instant()));
    }

    private CompletableFuture<Void> recordedInTime() {
        CompletableFuture<Void> room = engine.recordsUnderWay().room();
        if (room.isDone()) {
            return room;
        }
        ScheduledFuture<?> limit = threads.timers().schedule(() -> room.completeExceptionally(new TimeoutException()),
            RECORDED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        return room.handleAsync((nothing, failure) -> {
            limit.cancel(false);
            if (failure != null) {
                throw new CompletionException(failure);
            }
            return null;
        }, threads.starters());
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
        stepRunner.stop();
        completeIfDrained();
        return drained.copy();
    }

    private void completeIfDrained() {
        if (stopping && hand.isEmpty() && delayedMail.isStill()) {
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
        handling.close();
        threads.close();
        delayedMail.close();
    }

    private void take(MailQueue.MailQueueItem item) {
        handling.take(new QueuedMail(handling, item, engine.time().nanoTime(), metrics.timer("RemoteDeliveryTrial")));
    }

    private BeginningCourse beginning(QueuedMail mail) {
        return new BeginningCourse(settlement, mail,
            opened -> new MailRecord(engine.journal(), outcomes, clock, settings.queue(), began,
                engine.recordsUnderWay(), opened.mail()),
            recipients -> sorting.attempts(mail.mail(), recipients, mail, threads.workers()));
    }
}
