// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.postlane.benchmarks.sink.Milestone;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetMail;

/** Counts the recipients whose mail has arrived, and keeps none of it. Thread-safe. */
final class Arrivals implements Consumer<FleetMail> {
    private final Predicate<String> which;
    private final AtomicLong recipients = new AtomicLong();
    private final List<Milestone> milestones = new CopyOnWriteArrayList<>();

    private Arrivals(Predicate<String> which) {
        this.which = which;
    }

    /**
     * Counts from now on.
     *
     * @param which the addresses of the hosts whose mail counts
     */
    static Arrivals in(Fleet fleet, Predicate<String> which) {
        Arrivals arrivals = new Arrivals(which);
        fleet.onMail(arrivals);
        return arrivals;
    }

    @Override
    public void accept(FleetMail mail) {
        if (which.test(mail.host())) {
            long soFar = recipients.addAndGet(mail.recipients().size());
            milestones.removeIf(milestone -> milestone.count(soFar));
        }
    }

    /** Until now. */
    long count() {
        return recipients.get();
    }

    /** From now on, so many recipients more. */
    Milestone expect(long further) {
        Milestone next = new Milestone(recipients.get() + further);
        milestones.add(next);
        return next;
    }
}
