// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The recipients in flight of all mails together. Mails take turns: one to 10 000 mailboxes leaves the next free slot to one to a
 * single mailbox. A recipient whose mailbox is slow can lend its slot to another; at most as many are lent as there are.
 *
 * <p>A slot is weighed: a database holds each copy that it writes on the heap, several times over. Copies so small that all slots
 * together could not hold more octets than allowed are not counted. Of the others as many are in flight as the octets allow, in
 * the order of their turns, and one that is larger than all of it goes alone. Small copies pass those that wait for octets, which
 * may be for long; large ones do not pass each other. A slot that is lent keeps its octets: the copy is still on the heap.
 *
 * <p>Safe for use by several threads.
 */
final class Slots {
    /** What one recipient in flight holds. Its owner ends it once; the rest is the business of {@link Slots}. */
    static final class Slot {
        /** In octets; 0 for what is not counted. */
        private final long weight;
        private boolean lent;
        private boolean ended;

        private Slot(long weight) {
            this.weight = weight;
        }
    }

    /** What to do with a slot. */
    interface Work {
        /** Begins, and does not wait. */
        void start(Slot slot);
    }

    /** A mail with recipients that wait for a slot. */
    interface Line {
        /** The next recipient's work; empty where none waits. Must not call back, nor wait. */
        Optional<Work> take();

        /** Whether {@link #take} would give somebody. Must not call back, nor wait. */
        boolean waits();

        /** How many octets each of its recipients gets; always the same. Must not call back, nor wait. */
        long octets();
    }

    /** A recipient's turn. */
    private static final class Turn {
        private final Work work;
        private final Slot slot;

        private Turn(Work work, Slot slot) {
            this.work = work;
            this.slot = slot;
        }
    }

    private final IntSupplier capacity;
    private final LongSupplier octets;
    private final Set<Line> lines = new LinkedHashSet<>();
    private int taken;
    private int lent;
    /** The weight of all slots, those that are lent too. */
    private long weight;

    /** As many slots as the first number says at the moment, and of large copies as many octets as the second one. */
    Slots(IntSupplier capacity, LongSupplier octets) {
        this.capacity = capacity;
        this.octets = octets;
    }

    /** Gives a line its turns until it has nobody left; one that has its turns already keeps its place. */
    void join(Line line) {
        synchronized (this) {
            lines.add(line);
        }
        fill();
    }

    private void fill() {
        for (Turn turn : turns()) {
            turn.work.start(turn.slot);
        }
    }

    private synchronized List<Turn> turns() {
        List<Turn> turns = new ArrayList<>();
        Optional<Line> next = next();
        while (next.isPresent()) {
            Line line = next.get();
            lines.remove(line);
            line.take().ifPresent(work -> {
                Slot slot = new Slot(weightOf(line));
                taken++;
                weight += slot.weight;
                lines.add(line);
                turns.add(new Turn(work, slot));
            });
            next = next();
        }
        return turns;
    }

    /** The line whose turn it is; empty where there is no slot, or too few octets for those that wait. */
    private Optional<Line> next() {
        if (taken >= capacity.getAsInt()) {
            return Optional.empty();
        }
        // One that nobody waits in any more would hold up large copies behind it.
        lines.removeIf(line -> !line.waits());
        boolean largeOneWaits = false;
        for (Line line : lines) {
            long its = weightOf(line);
            if (its == 0 || (!largeOneWaits && (weight == 0 || weight + its <= octets.getAsLong()))) {
                return Optional.of(line);
            }
            largeOneWaits = true;
        }
        return Optional.empty();
    }

    private long weightOf(Line line) {
        long its = line.octets();
        return its <= octets.getAsLong() / capacity.getAsInt() ? 0 : its;
    }

    /** Lends a slot to the next in line while its work goes on; false where as many are lent as there are. */
    boolean lend(Slot slot) {
        synchronized (this) {
            if (slot.lent || slot.ended) {
                return true;
            }
            if (lent >= capacity.getAsInt()) {
                return false;
            }
            slot.lent = true;
            lent++;
            taken--;
        }
        fill();
        return true;
    }

    /** The end of the work. */
    void end(Slot slot) {
        synchronized (this) {
            if (slot.ended) {
                return;
            }
            slot.ended = true;
            weight -= slot.weight;
            if (slot.lent) {
                lent--;
            } else {
                taken--;
            }
        }
        fill();
    }
}
