// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destinations that are remembered. Whoever is heard of for the first time pays for looking at a few others: those that do
 * not matter any more are forgotten, so that there are never many more than {@link SchedulerLimits#MOST_IDLE} and those with
 * work. Guarded by the scheduler's lock.
 */
final class KnownDestinations<T extends Task> {
    /** More than one for each that comes, so that what is forgettable gets less. */
    private static final int LOOKED_AT = 2;
    private static final Logger LOGGER = LoggerFactory.getLogger(KnownDestinations.class);

    /** In the order in which they are looked at next: those that are kept go to the end. */
    private final Map<String, Destination<T>> byName = new LinkedHashMap<>();
    private final Paces paces;
    private final Consumer<Destination<T>> due;
    private Function<String, DestinationLimits> limitsOf;

    /** @param due called without a lock when the rate of a destination may let it go on */
    KnownDestinations(Function<String, DestinationLimits> limitsOf, Paces paces, Consumer<Destination<T>> due) {
        this.limitsOf = Objects.requireNonNull(limitsOf, "limitsOf");
        this.paces = Objects.requireNonNull(paces, "paces");
        this.due = due;
    }

    /** The destination, which is known from now on. */
    Destination<T> get(String name, long now) {
        Destination<T> known = byName.get(name);
        if (known == null) {
            forgetSome(now);
            known = new Destination<>(name, limits(name), paces, due, now);
            byName.put(name, known);
        }
        known.lastUsed = now;
        return known;
    }

    /** The destination; null when it is not known. */
    Destination<T> peek(String name) {
        return byName.get(name);
    }

    Collection<Destination<T>> all() {
        return byName.values();
    }

    void limit(Function<String, DestinationLimits> changed) {
        limitsOf = Objects.requireNonNull(changed, "limitsOf");
        byName.values().forEach(destination -> destination.limit(limits(destination.name)));
    }

    private DestinationLimits limits(String name) {
        try {
            return Objects.requireNonNull(limitsOf.apply(name), "no limits");
        } catch (RuntimeException e) {
            // Its work must not get lost because somebody cannot say how much of it is good for it.
            LOGGER.error("The limits of {} cannot be found, it gets {}", name, DestinationLimits.DEFAULTS, e);
            return DestinationLimits.DEFAULTS;
        }
    }

    private void forgetSome(long now) {
        for (int i = 0; i < LOOKED_AT && !byName.isEmpty(); i++) {
            Iterator<Destination<T>> first = byName.values().iterator();
            Destination<T> candidate = first.next();
            boolean crowded = byName.size() >= SchedulerLimits.MOST_IDLE;
            first.remove();
            if (!candidate.isForgettable(now) && !(crowded && candidate.isIdle(now))) {
                byName.put(candidate.name, candidate);
            }
        }
    }
}
