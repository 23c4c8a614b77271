// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.TreeMap;

import org.apache.mailet.Mail;
import org.postlane.outbound.mail.QueueTimes;

/**
 * How old the mail is that was put back into a queue and waits there. No queue of James can tell that without listing all of its
 * mail, so it is counted as it goes in and comes out: by the minute in which it was queued and that in which it is due, so that a
 * million mails are a few thousand counters.
 *
 * <p>What went in before James started is not known until it comes out. What does not come out because somebody deleted it is
 * forgotten some time after it was due. Safe for use by several threads; never blocks for long.
 */
final class WaitingAges {
    /** A queue that is read too slowly hands mail out later than it is due. */
    private static final Duration LATE = Duration.ofHours(1);

    private final Clock clock;
    /** Mails by the minute in which they were queued and, within it, by that in which they are due. */
    private final TreeMap<Long, TreeMap<Long, Integer>> waiting = new TreeMap<>();

    WaitingAges(Clock clock) {
        this.clock = clock;
    }

    /** A mail was put into the queue. One that need not wait, or was never marked as queued, is not counted. */
    synchronized void wentIn(Mail mail) {
        if (QueueTimes.early(mail, clock).isZero()) {
            return;
        }
        QueueTimes.queuedAtIfMarked(mail).ifPresent(queued -> QueueTimes.dueAt(mail).ifPresent(due ->
            waiting.computeIfAbsent(minute(queued), minute -> new TreeMap<>()).merge(minute(due), 1, Integer::sum)));
    }

    /** It came out. */
    synchronized void cameOut(Mail mail) {
        QueueTimes.queuedAtIfMarked(mail).ifPresent(queued -> QueueTimes.dueAt(mail).ifPresent(due -> {
            TreeMap<Long, Integer> since = waiting.get(minute(queued));
            if (since != null) {
                since.computeIfPresent(minute(due), (minute, count) -> count > 1 ? count - 1 : null);
                if (since.isEmpty()) {
                    waiting.remove(minute(queued));
                }
            }
        }));
    }

    /** When the oldest of them was queued, to the minute; empty where none waits. */
    synchronized Optional<Instant> oldest() {
        long late = minute(clock.instant().minus(LATE));
        Iterator<TreeMap<Long, Integer>> byAge = waiting.values().iterator();
        while (byAge.hasNext()) {
            TreeMap<Long, Integer> since = byAge.next();
            since.headMap(late).clear();
            if (!since.isEmpty()) {
                break;
            }
            byAge.remove();
        }
        return waiting.isEmpty() ? Optional.empty() : Optional.of(Instant.ofEpochSecond(waiting.firstKey() * 60));
    }

    private static long minute(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), 60L);
    }
}
