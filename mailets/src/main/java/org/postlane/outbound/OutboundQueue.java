// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.postlane.pool.PoolClosedException;
import org.postlane.pool.PoolException;
import org.postlane.route.NoRouteException;
import org.postlane.route.RouteResolver;
import org.postlane.smtp.Fault;
import org.postlane.smtp.Futures;
import org.postlane.smtp.RecipientResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * The consumer of one outgoing queue: one subscription, many mails under way at once, none of them holding a thread. A mail
 * leaves the queue only when what became of every recipient is settled.
 *
 * <p>Safe for use by several threads.
 */
public final class OutboundQueue {
    /** Mails taken from the queue and not yet settled; bounds the memory, not the connections. */
    public static final int MOST_UNDER_WAY = 1000;

    /** Threads that wait for the queue, for the spool and for content. */
    private static final int WORKERS = 16;
    /** Threads that wait for DNS; others, so that name servers that are down do not keep delivered mail from being settled. */
    private static final int LOOKUPS = 16;
    private static final int MOST_TASKS = 100_000;
    private static final Duration START_POLL = Duration.ofMillis(50);
    /** How soon a mail comes back that found no free connection; that was no attempt. */
    private static final Duration POSTPONED = Duration.ofSeconds(30);
    /** Between two tries to read a queue that is away. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(OutboundQueue.class);

    private final OutboundEngine engine;
    private final MailQueue queue;
    private final OutboundSettings settings;
    private final RouteResolver routes;
    private final Settlement settlement;
    private final MetricFactory metrics;
    private final Scheduler workers;
    private final Executor workerThreads;
    private final Scheduler lookups;
    private final ScheduledExecutorService timers;
    private final AtomicInteger underWay = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile LiveSettings live = LiveSettings.DEFAULTS;
    private volatile boolean stopping;
    private volatile Disposable subscription;

    /** The consumer of a queue; {@link #start()} begins. */
    public OutboundQueue(OutboundEngine engine, MailQueue queue, OutboundSettings settings, RouteResolver routes,
                         MailetContext context, MetricFactory metrics, Clock clock) {
        this.engine = engine;
        this.queue = queue;
        this.settings = settings;
        this.routes = routes;
        this.settlement = new Settlement(queue, settings, context, metrics, engine.metrics(), clock);
        this.metrics = metrics;
        this.workers = Schedulers.newBoundedElastic(WORKERS, MOST_TASKS, "postlane-outbound-" + queue.getName().asString(), 60,
            true);
        this.workerThreads = workers::schedule;
        this.lookups = Schedulers.newBoundedElastic(LOOKUPS, MOST_TASKS, "postlane-lookup-" + queue.getName().asString(), 60,
            true);
        this.timers = Executors.newSingleThreadScheduledExecutor(runnable -> {
            Thread thread = new Thread(runnable, "postlane-outbound-timer");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to take mail as soon as James has started. */
    public void start() {
        engine.add(this);
        awaitStart();
    }

    /** Takes other limits for its destinations, from now on. */
    public void change(LiveSettings settings) {
        live = settings;
    }

    private void awaitStart() {
        if (stopping) {
            return;
        }
        if (!engine.mayBegin()) {
            ScheduledFuture<?> unused =
                timers.schedule(this::awaitStart, START_POLL.toMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        Disposable running = Flux.defer(() -> Flux.from(queue.deQueue()))
            .flatMap(item -> Mono.fromFuture(handle(item)), MOST_UNDER_WAY)
            .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE).transientErrors(true)
                .filter(failure -> !stopping)
                .doBeforeRetry(again -> LOGGER.error("Queue {} cannot be read; trying again", queue.getName().asString(),
                    again.failure())))
            .subscribeOn(workers)
            .subscribe(nothing -> { }, failure -> LOGGER.info("Queue {} is no longer read", queue.getName().asString(), failure));
        subscription = running;
        if (stopping) {
            running.dispose();
        }
        LOGGER.info("Delivering the mail of queue {}; retries: {}; {}", queue.getName().asString(), settings.retries(), live);
    }

    /**
     * Takes no more mail. What is under way may finish, and what does not stays in the queue. May be called several times.
     *
     * @return completes when nothing is under way any more
     */
    public CompletableFuture<Void> stop() {
        stopping = true;
        Disposable running = subscription;
        if (running != null) {
            running.dispose();
        }
        if (underWay.get() == 0) {
            drained.complete(null);
        }
        return drained.copy();
    }

    /** Ends its threads, after {@link #stop()}. */
    public void close() {
        engine.remove(this);
        timers.shutdownNow();
        lookups.dispose();
        workers.dispose();
    }

    /** Settles one mail. What it returns never fails: the failure of one mail must not end the reading of the queue. */
    private CompletableFuture<Void> handle(MailQueue.MailQueueItem item) {
        Mail mail = item.getMail();
        TimeMetric trial = metrics.timer("RemoteDeliveryTrial");
        underWay.incrementAndGet();
        CompletableFuture<Settled> attempted = Futures.recover(
            CompletableFuture.completedFuture(mail.getRecipients())
                .thenCompose(recipients -> RoutePlan.of(recipients, routes, lookups::schedule))
                .thenCompose(plan -> plan.groups().size() == 1
                    ? attempt(mail, plan.groups().get(0))
                    : CompletableFuture.completedFuture(Settled.split(plan.groups()))),
            failure -> withoutVerdicts(mail, failure));
        // A future of its own: whoever reads the queue cancels what it was given, and the end must be noted all the same.
        CompletableFuture<Void> handled = new CompletableFuture<>();
        CompletableFuture<Void> unused = Futures.recover(attempted.thenCompose(settled -> settle(item, mail, settled)),
            failure -> leave(mail, failure)).whenComplete((nothing, failure) -> {
                trial.stopAndPublish();
                LifecycleUtil.dispose(mail);
                if (underWay.decrementAndGet() == 0 && stopping) {
                    drained.complete(null);
                }
                handled.complete(null);
            });
        return handled;
    }

    /** The queue still has it, and hands it out again after the restart: better twice than never. */
    private CompletableFuture<Void> leave(Mail mail, Throwable failure) {
        LOGGER.info("{} stays in queue {} until James has restarted: {}", mail.getName(), queue.getName().asString(),
            String.valueOf(failure));
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Settled> attempt(Mail mail, RoutePlan.Group group) {
        if (group.route() == null) {
            return CompletableFuture.completedFuture(Settled.attempted(withoutRoute(mail, group.failure())));
        }
        return new MailAttempt(engine, settings, group.route(), new Deliverable(mail, workerThreads)).run()
            .thenApply(Settled::attempted);
    }

    /** No host has said anything about any recipient. */
    private CompletableFuture<Settled> withoutVerdicts(Mail mail, Throwable failure) {
        if (failure instanceof PoolClosedException || stopping) {
            return CompletableFuture.failedFuture(failure);
        }
        if (failure instanceof PoolException && !settlement.isExpired(mail)) {
            LOGGER.info("{} found no free connection and comes back in {}: {}", mail.getName(), POSTPONED, failure.getMessage());
            return CompletableFuture.completedFuture(Settled.postponed(POSTPONED));
        }
        // Deferred like any other, or it would lie unattended until a restart; and it expires, or it would come for ever.
        LOGGER.error("{} could not be attempted and comes back later", mail.getName(), failure);
        return CompletableFuture.completedFuture(Settled.attempted(
            all(mail, RecipientResult.deferred(Fault.SESSION, "4.3.0 The attempt could not be made: " + failure))));
    }

    private List<Verdict> withoutRoute(Mail mail, NoRouteException failure) {
        boolean askAgain = failure.kind() == NoRouteException.Kind.TEMPORARY
            || (failure.kind() == NoRouteException.Kind.ABSENT
                && DeliveryRetriesHelper.retrieveRetries(mail) < settings.dnsRetries());
        return all(mail, askAgain
            ? RecipientResult.deferred(Fault.HOST, failure.getMessage())
            : RecipientResult.failed(Fault.RECIPIENT, failure.getMessage()));
    }

    private static List<Verdict> all(Mail mail, RecipientResult result) {
        return mail.getRecipients().stream()
            .map(recipient -> new Verdict(recipient, result, "-"))
            .collect(Collectors.toList());
    }

    /** Runs the steps one after the other; one that fails is repeated until it succeeds, and the mail waits for it. */
    private CompletableFuture<Void> settle(MailQueue.MailQueueItem item, Mail mail, Settled settled) {
        List<Settlement.Step> steps = settlement.stepsFor(mail, settled);
        steps.add(new Settlement.Step("taking it out of the queue",
            () -> item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS)));
        return new StepRunner(workerThreads, timers, () -> stopping).run(mail.getName(), steps);
    }
}
