// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * The recipients in flight of all mails together. Mails take turns: one to 10 000 mailboxes leaves the next free slot to one to a
 * single mailbox. A recipient whose mailbox is slow can lend its slot to another; at most as many are lent as there are.
 *
 * <p>Safe for use by several threads.
 */
final class Slots {
    /** What one recipient in flight holds. Its owner ends it once; the rest is the business of {@link Slots}. */
    static final class Slot {
        private boolean lent;
        private boolean ended;

        private Slot() {
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
    }

    private final IntSupplier capacity;
    private final Set<Line> lines = new LinkedHashSet<>();
    private int taken;
    private int lent;

    /** As many slots as the number says at the moment. */
    Slots(IntSupplier capacity) {
        this.capacity = capacity;
    }

    /** Gives a line its turns until it has nobody left; one that has its turns already keeps its place. */
    void join(Line line) {
        synchronized (this) {
            lines.add(line);
        }
        fill();
    }

    private void fill() {
        for (Work work : works()) {
            work.start(new Slot());
        }
    }

    private synchronized List<Work> works() {
        List<Work> works = new ArrayList<>();
        while (taken < capacity.getAsInt() && !lines.isEmpty()) {
            Iterator<Line> first = lines.iterator();
            Line line = first.next();
            first.remove();
            line.take().ifPresent(work -> {
                taken++;
                lines.add(line);
                works.add(work);
            });
        }
        return works;
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
            if (slot.lent) {
                lent--;
                return;
            }
            taken--;
        }
        fill();
    }
}
