// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.postlane.james.HoldTimes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no mail be in hand for longer than {@link HoldTimes#IN_HAND}: a broker may take an item back that is held for long, and
 * would then give it to somebody else while it is being delivered. What others have already makes room for what comes again.
 */
final class HoldingLimit {
    static final Duration WIND_UP = HoldTimes.BEGINNING;
    static final Duration GIVE_UP = HoldTimes.UNDER_WAY;
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Logger LOGGER = LoggerFactory.getLogger(HoldingLimit.class);

    private final Supplier<Collection<QueuedMail>> inHand;
    private final ScheduledExecutorService timers;
    private final EngineTime time;

    HoldingLimit(Supplier<Collection<QueuedMail>> inHand, ScheduledExecutorService timers, EngineTime time) {
        this.inHand = inHand;
        this.timers = timers;
        this.time = time;
    }

    void start() {
        ScheduledFuture<?> unused =
            timers.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = time.nanoTime();
        for (QueuedMail mail : inHand.get()) {
            try {
                look(mail, Duration.ofNanos(now - mail.takenAt()));
            } catch (RuntimeException e) {
                // A periodic task that throws is never run again, and one mail must not hide the others.
                LOGGER.error("{} may be held for too long", mail.mail().getName(), e);
            }
        }
    }

    private static void look(QueuedMail mail, Duration held) {
        if (mail.isLost()) {
            mail.dropWaiting();
        }
        if (held.compareTo(WIND_UP) >= 0) {
            mail.windUp();
        }
        if (held.compareTo(GIVE_UP) >= 0) {
            mail.giveUp();
        }
    }
}
