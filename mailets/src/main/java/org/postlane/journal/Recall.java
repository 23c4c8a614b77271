// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.util.Map;
import java.util.Set;

/** What the journal knows about a queue item at one moment. Immutable. */
public final class Recall {
    static final Recall NOTHING = new Recall(Map.of(), Set.of());

    private final Map<String, JournalEntry> outcomes;
    private final Set<String> steps;

    /** Takes both over: the caller must not change them any more. */
    Recall(Map<String, JournalEntry> outcomes, Set<String> steps) {
        this.outcomes = Map.copyOf(outcomes);
        this.steps = Set.copyOf(steps);
    }

    /**
     * Outcomes by recipient: all that this item has, and from other items of the mail the delivered ones. What an earlier item
     * delivered may come without host and reply.
     */
    public Map<String, JournalEntry> outcomes() {
        return outcomes;
    }

    /** The steps of settlement that were taken for this item. */
    public Set<String> steps() {
        return steps;
    }

    /** Whether nothing is known, as for a mail that is tried for the first time. */
    public boolean isEmpty() {
        return outcomes.isEmpty() && steps.isEmpty();
    }

    @Override
    public String toString() {
        return outcomes.values() + ", steps " + steps;
    }
}
