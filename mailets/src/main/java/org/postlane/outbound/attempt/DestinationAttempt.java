// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.pool.PoolClosedException;
import org.postlane.pool.PoolException;
import org.postlane.route.NoRouteException;
import org.postlane.route.Route;
import org.postlane.schedule.Refusal;
import org.postlane.schedule.Scheduler;
import org.postlane.schedule.Task;
import org.postlane.schedule.Turn;
import org.postlane.smtp.Fault;
import org.postlane.smtp.Futures;
import org.postlane.smtp.PhaseListener;
import org.postlane.smtp.RecipientResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mail to some recipients of one destination: what the scheduler gives a turn to. In its turn it finds the route, so that
 * slow DNS holds up its own destination and no other, and tries the hosts.
 *
 * <p>Its state moves from the thread of one step to that of the next; {@link #withdraw} and {@link #giveUp} may come from any.
 */
public final class DestinationAttempt implements Task {
    /** As often as a server may say that it has enough of us before this counts as an attempt: one that never ends it must. */
    private static final int MOST_TURNS = 50;
    /** Recipients of one attempt: what every server takes in one transaction. */
    public static final int MOST_RECIPIENTS = Recipients.MOST;
    private static final Logger LOGGER = LoggerFactory.getLogger(DestinationAttempt.class);

    /** Hears of the end; exactly one of its methods is called, once. */
    public interface Owner {
        /** A verdict for each recipient. */
        void ended(DestinationAttempt attempt, List<Verdict> verdicts);

        /** James is stopping, or others have the mail; nothing was delivered, and nothing may be settled. */
        void abandoned(DestinationAttempt attempt);

        /** Whether the queue has given the mail to others: then no attempt begins. */
        boolean isLost();
    }

    private final AttemptContext context;
    private final Owner owner;
    private final Recipients recipients;
    private final SharedMail mail;
    private final String sender;
    private final int priority;
    private int turns;
    private volatile Scheduler.Place place = () -> false;
    private volatile MailAttempt running;
    /** While its turn waits for DNS; null else. */
    private volatile RouteSearch searching;
    private volatile PhaseListener.Span waiting = () -> { };
    private volatile boolean givenUp;
    /** Where its route has led it; null while it waits where it began. */
    private String movedTo;
    private Route route;
    /** Null until its first turn. */
    private String ehloName;
    /** Null until it is attempted where it stays. */
    private Deliverable deliverable;

    DestinationAttempt(AttemptContext context, Owner owner, Recipients recipients, SharedMail mail, String sender, int priority) {
        this.context = context;
        this.owner = owner;
        this.recipients = recipients;
        this.mail = mail;
        this.sender = sender;
        this.priority = priority;
    }

    /** The name of its destination. */
    public String destination() {
        return recipients.destination();
    }

    /** Asks the scheduler for a turn; its owner hears of the end. */
    public void offer() {
        waiting = context.metrics().start(OutboundMetrics.Stage.WAITING);
        place = context.scheduler().offer(recipients.destination(), this);
    }

    /** Takes it out of its destination's room; false when it is not there, and will hear of its own end. */
    public boolean withdraw() {
        return place.withdraw();
    }

    /** Ends it soon, whatever it waits for. */
    public void giveUp() {
        givenUp = true;
        MailAttempt attempt = running;
        if (attempt != null) {
            attempt.giveUp();
        }
    }

    @Override
    public long nanosStalled() {
        MailAttempt attempt = running;
        RouteSearch search = searching;
        return attempt != null ? attempt.nanosStalled() : search != null ? search.nanosStalled() : -1;
    }

    @Override
    public void giveWay(Duration stalledFor) {
        MailAttempt attempt = running;
        RouteSearch search = searching;
        if (attempt != null) {
            attempt.giveWay(stalledFor);
        } else if (search != null) {
            search.giveWay(stalledFor);
        }
    }

    @Override
    public String line() {
        return sender;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public void start(Turn turn) {
        CompletableFuture<Void> recorded = context.recordedInTime();
        if (recorded.isDone() && !recorded.isCompletedExceptionally()) {
            begin(turn);
            return;
        }
        CompletableFuture<Void> unused = recorded.handle((nothing, failure) -> {
            if (failure == null) {
                begin(turn);
            } else {
                turn.unused();
                ended(postponed("4.3.0 The delivery journal is not written as fast as mail is delivered"));
            }
            return null;
        });
    }

    private void begin(Turn turn) {
        if (owner.isLost()) {
            turn.unused();
            owner.abandoned(this);
            return;
        }
        turns++;
        if (turns == 1) {
            waiting.end();
            context.metrics().attempt();
        }
        try {
            if (ehloName == null) {
                // Asked for here, where it may wait for a database, and not on a thread of DNS or of connections.
                ehloName = context.settings().ehloName();
            }
            RouteSearch search = new RouteSearch(route());
            searching = search;
            CompletableFuture<Void> unused = search.end().handle((found, failure) -> {
                searching = null;
                guarded(turn, () -> {
                    if (failure == null) {
                        routed(turn, found);
                    } else {
                        withoutRoute(turn, Futures.rootOf(failure));
                    }
                });
                return null;
            });
        } catch (RuntimeException | Error e) {
            failedToBegin(turn, e);
        }
    }

    /** Whoever has moved keeps the route that led there: equal servers come in another order each time, and lead elsewhere. */
    private CompletableFuture<Route> route() {
        return movedTo == null ? context.routeOf(recipients) : CompletableFuture.completedFuture(route);
    }

    /** A turn that never ends would hold a place for ever. */
    private void guarded(Turn turn, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            failedToBegin(turn, e);
        }
    }

    private void failedToBegin(Turn turn, Throwable failure) {
        LOGGER.error("{} could not be attempted and comes back later", mail.name(), failure);
        turn.unused();
        ended(all(RecipientResult.deferred(Fault.SESSION, "4.3.0 The attempt could not be made: " + failure), "-"));
    }

    private void routed(Turn turn, Route found) {
        route = found;
        if (movedTo == null) {
            String shared = context.destinationOf(route, recipients);
            if (!shared.equals(turn.destination())) {
                movedTo = shared;
                turn.passTo(shared);
                return;
            }
        }
        if (deliverable == null) {
            deliverable = new Deliverable(mail, recipients.addresses());
        }
        MailAttempt attempt = new MailAttempt(context, route, deliverable, ehloName);
        running = attempt;
        CompletableFuture<Void> unused = attempt.run().handle((verdicts, failure) -> {
            running = null;
            guarded(turn, () -> {
                if (failure == null) {
                    end(turn, attempt, verdicts);
                } else {
                    withoutAnswer(turn, Futures.rootOf(failure));
                }
            });
            return null;
        });
        if (givenUp) {
            attempt.giveUp();
        }
    }

    private void end(Turn turn, MailAttempt attempt, List<Verdict> verdicts) {
        if (attempt.hasStoodInLine()) {
            turn.stoodInLine();
        }
        boolean again = Standing.of(verdicts).end(turn, turns < MOST_TURNS && !givenUp);
        if (!again) {
            // A host that was not given its time has not refused anything: a slow one must not cost the mail its attempts.
            ended(attempt.hasGivenWay()
                ? verdicts.stream().map(Verdict::uncountedUnlessAnswered).collect(Collectors.toList()) : verdicts);
        }
    }

    private void withoutRoute(Turn turn, Throwable failure) {
        if (failure instanceof RouteSearch.GaveWayException) {
            turn.failed(failure.getMessage());
            ended(postponed(failure.getMessage()));
            return;
        }
        if (!(failure instanceof NoRouteException)) {
            failedToBegin(turn, failure);
            return;
        }
        NoRouteException none = (NoRouteException) failure;
        if (none.kind() == NoRouteException.Kind.TEMPORARY) {
            turn.failed(none.getMessage());
            ended(all(RecipientResult.deferred(Fault.HOST, none.getMessage()), "-"));
        } else {
            turn.unused();
            ended(all(none.kind() == NoRouteException.Kind.ABSENT && context.asksAgain(mail)
                ? RecipientResult.deferred(Fault.HOST, none.getMessage())
                : RecipientResult.failed(Fault.RECIPIENT, none.getMessage()), "-"));
        }
    }

    private void withoutAnswer(Turn turn, Throwable failure) {
        if (failure instanceof PoolClosedException || (failure instanceof CancellationException && owner.isLost())) {
            turn.unused();
            owner.abandoned(this);
        } else if (failure instanceof PoolException || failure instanceof CancellationException) {
            turn.unused();
            ended(postponed(String.valueOf(failure.getMessage())));
        } else {
            failedToBegin(turn, failure);
        }
    }

    @Override
    public void refused(Refusal refusal) {
        RefusedTurn.verdict(refusal, context.settings().retries().isEndedByCount())
            .ifPresentOrElse(verdict -> ended(each(verdict)), () -> owner.abandoned(this));
    }

    /** Verdicts for an attempt that got no turn. */
    public List<Verdict> postponed(String why) {
        return each(recipient -> Verdict.postponed(recipient, why));
    }

    private List<Verdict> all(RecipientResult result, String host) {
        return each(recipient -> new Verdict(recipient, result, host));
    }

    private List<Verdict> each(Function<MailAddress, Verdict> verdict) {
        return recipients.addresses().stream().map(verdict).collect(Collectors.toList());
    }

    private void ended(List<Verdict> verdicts) {
        owner.ended(this, verdicts);
    }
}
