// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import org.postlane.outbound.mail.Verdict;
import org.postlane.pool.PoolException;
import org.postlane.route.Host;
import org.postlane.route.Route;
import org.postlane.smtp.Futures;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SessionSettings;

/**
 * One mail over one route: its hosts in order, each for the recipients that the one before did not get as far as. What a host
 * has answered about a recipient or the content stands; what is ambiguous is never tried with another host.
 */
final class MailAttempt {
    private final AttemptContext context;
    private final Route route;
    private final Deliverable mail;
    private final String ehloName;
    private final Verdict[] verdicts;
    private volatile HostAttempt current;
    private volatile boolean givenUp;
    private volatile boolean gaveWay;
    private volatile boolean stoodInLine;

    /** @param ehloName asked for by the caller, where that may wait for a database, and not when the next host's turn comes */
    MailAttempt(AttemptContext context, Route route, Deliverable mail, String ehloName) {
        this.context = context;
        this.route = route;
        this.mail = mail;
        this.ehloName = ehloName;
        this.verdicts = new Verdict[mail.recipients().size()];
    }

    /** Ends it soon; see {@link HostAttempt#giveUp}. */
    void giveUp() {
        givenUp = true;
        HostAttempt attempt = current;
        if (attempt != null) {
            attempt.giveUp();
        }
    }

    /** See {@link HostAttempt#nanosStalled}. */
    long nanosStalled() {
        HostAttempt attempt = current;
        return attempt == null ? -1 : attempt.nanosStalled();
    }

    /** Goes on with the next host soon; see {@link HostAttempt#giveWay}. */
    void giveWay(Duration stalledFor) {
        HostAttempt attempt = current;
        if (attempt != null) {
            attempt.giveWay(stalledFor);
        }
    }

    /** Whether it waited longer for a connection that others had than it then took. */
    boolean hasStoodInLine() {
        return stoodInLine;
    }

    /** Whether a host did not get its time because others waited for the place. */
    boolean hasGivenWay() {
        return gaveWay;
    }

    /**
     * A verdict for each recipient, in order. Fails only when no host has answered about any of them, with a
     * {@link PoolException} where no connection was to be had, or a {@link CancellationException} when it was given up.
     */
    CompletableFuture<List<Verdict>> run() {
        boolean sendable = false;
        for (int i = 0; i < verdicts.length; i++) {
            RecipientResult why = mail.unsendable(i);
            verdicts[i] = why == null ? null : new Verdict(mail.recipients().get(i), why, "-");
            sendable |= why == null;
        }
        if (!sendable) {
            return CompletableFuture.completedFuture(Arrays.asList(verdicts));
        }
        return Futures.recover(tryHost(0), this::keepWhatIsKnown).thenApply(nothing -> Arrays.asList(verdicts));
    }

    /** What a host has answered must not be forgotten because the next one could not be tried: it would be sent again. */
    private CompletableFuture<Void> keepWhatIsKnown(Throwable failure) {
        return Arrays.asList(verdicts).contains(null)
            ? CompletableFuture.failedFuture(failure)
            : CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> tryHost(int index) {
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < verdicts.length; i++) {
            if (mail.unsendable(i) == null && (verdicts[i] == null || verdicts[i].mayTryAnotherHost())) {
                open.add(i);
            }
        }
        if (open.isEmpty() || index >= route.hosts().size() || (givenUp && index > 0)) {
            return CompletableFuture.completedFuture(null);
        }
        Host host = route.hosts().get(index);
        HostAttempt attempt = new HostAttempt(context.pool(), context.brokenExtensions(), context.metrics(),
            sessionWith(host), mail);
        current = attempt;
        if (givenUp) {
            attempt.giveUp();
        }
        return attempt.run(open).thenCompose(results -> {
            gaveWay |= attempt.hasGivenWay();
            stoodInLine |= attempt.hasStoodInLine();
            route.report(host, attempt.hasReached());
            for (int position : open) {
                RecipientResult result = results[position];
                verdicts[position] = new Verdict(mail.recipients().get(position), result, host.toString())
                    .by(attempt.passage(position));
            }
            return tryHost(index + 1);
        });
    }

    private SessionSettings sessionWith(Host host) {
        return context.settings().session(host.settings().ehloName(ehloName)).build();
    }
}
