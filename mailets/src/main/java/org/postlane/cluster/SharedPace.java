// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.time.Duration;

import org.postlane.schedule.LocalPace;
import org.postlane.schedule.Pace;
import org.postlane.schedule.Rate;

/**
 * One rate that all nodes keep together. What is due within a moment is taken out of Redis at once, and the next lot while the
 * first is used up, so that only the first mail waits for a round trip; where the rate is low, that is one at a time. Each node
 * reserves what comes next, whether it is due or not, so that all get equal parts. While Redis cannot be asked, the node's own
 * share holds.
 *
 * <p>Safe for use by several threads.
 */
final class SharedPace implements Pace {
    /** What is taken at once: few round trips, and soon again whatever somebody else needs. */
    static final Duration LOT = Duration.ofMillis(250);
    /** What is due and not used for so long is not used later, unless the next one takes longer than that. */
    private static final Duration KEPT = Duration.ofSeconds(1);
    /** Whoever asks meanwhile asks too early: the answer, or its time being over, wakes him. */
    private static final long ASKED_AGAIN = RedisLink.ANSWER_WITHIN.multipliedBy(2).toNanos();
    /** After a question that failed, so long the node's own share holds. */
    private static final long AFTER_FAILURE = Duration.ofSeconds(1).toNanos();

    private final SharedPaces paces;
    private final String name;
    private final Rate rate;
    private final Runnable due;
    private final LocalPace even;
    private final LocalPace alone;
    private final int lot;
    private final long kept;
    /** What may be used, from when on; guarded by this object's lock, as all that follows. */
    private int tokens;
    private long dueFrom;
    /** The same of the lot behind it. */
    private int ahead;
    private long aheadFrom;
    private boolean asked;
    private long askedAt;
    private boolean failed;
    private long failedAt;

    /**
     * A pace.
     *
     * @param even lets not even a lot go at once
     * @param alone this node's own share
     */
    SharedPace(SharedPaces paces, String name, Rate rate, Runnable due, LocalPace even, LocalPace alone) {
        this.paces = paces;
        this.name = name;
        this.rate = rate;
        this.due = due;
        this.even = even;
        this.alone = alone;
        this.lot = Math.max(1, rate.dueIn(LOT).orElse(1));
        this.kept = rate.isLimited() ? Math.max(KEPT.toNanos(), rate.period().toNanos() / rate.count()) : 0;
    }

    @Override
    public Pace changedTo(Rate changed) {
        return paces.of(name, changed, due, even.changedTo(changed), alone.changedTo(paces.share(changed)));
    }

    @Override
    public long take() {
        if (!rate.isLimited()) {
            return 0;
        }
        synchronized (this) {
            long now = paces.now();
            if (isAlone(now)) {
                tokens = 0;
                ahead = 0;
                return alone.take();
            }
            return takeShared(now);
        }
    }

    private boolean isAlone(long now) {
        failed &= now - failedAt < AFTER_FAILURE;
        // The link wakes whoever asked; should it hang itself, nobody waits for it.
        return failed || !paces.isUp() || (asked && now - askedAt > ASKED_AGAIN);
    }

    private long takeShared(long now) {
        if (now - dueFrom > kept) {
            tokens = 0;
        }
        if (tokens == 0) {
            tokens = ahead;
            dueFrom = aheadFrom;
            ahead = 0;
        }
        if (tokens == 0 || now - dueFrom > kept) {
            tokens = 0;
            reserve(now);
            return ASKED_AGAIN;
        }
        long wait = dueFrom - now;
        if (wait <= 0) {
            wait = even.take();
        }
        if (wait > 0) {
            return wait;
        }
        tokens--;
        if (lot > 1 && ahead == 0) {
            reserve(now);
        }
        return 0;
    }

    private void reserve(long now) {
        if (!asked) {
            asked = true;
            askedAt = now;
            paces.reserve(name, rate, lot, this::reserved);
        }
    }

    private void reserved(Long wait, Throwable failure) {
        synchronized (this) {
            asked = false;
            if (failure != null) {
                failed = true;
                failedAt = paces.now();
            } else if (tokens == 0) {
                tokens = lot;
                dueFrom = paces.now() + wait;
            } else {
                ahead = lot;
                aheadFrom = paces.now() + wait;
            }
        }
        due.run();
    }
}
