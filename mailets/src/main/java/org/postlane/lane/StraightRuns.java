// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

import org.apache.mailet.Mail;

/** Which mails of one lane run straight from the spool, and whether one more may. Safe for use by several threads. */
final class StraightRuns {
    /** A thread of the spool waits for each, at worst until a mailbox that hangs is given up; James' sample has twenty. */
    static final int MOST = 4;
    /** What takes longer had better wait in the queue than in the spool: a mailbox that is well takes some milliseconds. */
    static final Duration SLOW = Duration.ofMillis(200);
    /** A store that was slow is likely to be slow again. */
    static final Duration REST = Duration.ofSeconds(30);

    private final LongSupplier clock;
    private final Set<StraightRun> underWay = new HashSet<>();
    private boolean anySlow;
    private long lastSlow;

    /**
     * None yet.
     *
     * @param clock as {@link System#nanoTime}
     */
    StraightRuns(LongSupplier clock) {
        this.clock = clock;
    }

    /** One more, if there is room, and none is slow or was a moment ago; it ends with {@link #ended}. */
    synchronized Optional<StraightRun> begin(Mail part) {
        long now = clock.getAsLong();
        underWay.forEach(run -> lookAt(run, now));
        if (underWay.size() >= MOST || (anySlow && now - lastSlow < REST.toNanos())) {
            return Optional.empty();
        }
        StraightRun run = new StraightRun(part, this, now);
        underWay.add(run);
        return Optional.of(run);
    }

    synchronized void ended(StraightRun run) {
        lookAt(run, clock.getAsLong());
        underWay.remove(run);
    }

    private void lookAt(StraightRun run, long now) {
        if (now - run.begun() > SLOW.toNanos()) {
            anySlow = true;
            lastSlow = now;
        }
    }
}
