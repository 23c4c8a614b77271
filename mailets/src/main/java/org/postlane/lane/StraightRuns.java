// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.apache.mailet.Mail;

/** Which mails of one lane run straight from the spool, and whether one more may. Safe for use by several threads. */
final class StraightRuns {
    /** A thread of the spool waits for each; James' sample configuration has twenty. */
    static final int MOST = 4;
    /** Runs that have outlived the spool's patience, until the queue gives out their mails; as for hand-overs in doubt. */
    private static final int MAX_KNOWN = 10_000;
    private static final Duration KNOWN_FOR = Duration.ofHours(1);

    private final Cache<String, StraightRun> known =
        Caffeine.newBuilder().maximumSize(MAX_KNOWN).expireAfterWrite(KNOWN_FOR).executor(Runnable::run).build();
    private final Set<String> slow = new HashSet<>();
    private int underWay;

    /** One more, if there is room and none of the others is slow; it ends with {@link #ended}. */
    synchronized Optional<StraightRun> begin(Mail part, StraightRun.Copy copy) {
        if (underWay >= MOST || !slow.isEmpty()) {
            return Optional.empty();
        }
        underWay++;
        return Optional.of(new StraightRun(part, copy, this));
    }

    synchronized void ended() {
        underWay--;
    }

    /** The spool waits no longer; until this one has ended, no other begins. */
    void outlive(StraightRun run) {
        known.put(run.id(), run);
        synchronized (this) {
            slow.add(run.id());
        }
        var unusedEnd = run.outcome().thenRun(() -> noLongerSlow(run));
    }

    private synchronized void noLongerSlow(StraightRun run) {
        slow.remove(run.id());
    }

    /** The run of which the queue has given out the mail, where it is one of this process; once. */
    Optional<StraightRun> claim(Mail mail) {
        return Bookkeeping.underWay(mail).map(known.asMap()::remove);
    }
}
