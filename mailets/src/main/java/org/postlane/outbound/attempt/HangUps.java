// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.net.InetSocketAddress;
import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.postlane.smtp.SessionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Servers that hang up after a certain number of mails without having said so, neither by MAILMAX (RFC 9422) nor by 421
 * (RFC 5321 3.8): for an hour their connections carry no more than that, so that no mail is on its way behind the last one that
 * they take. Safe for use by several threads.
 */
final class HangUps {
    private static final Logger LOGGER = LoggerFactory.getLogger(HangUps.class);
    /** As for other habits of servers: long enough to be cheap, short enough for a server that was mended. */
    private static final Duration REMEMBERED = Duration.ofHours(1);
    /** What does not fit is found out again. */
    private static final int MOST_SERVERS = 10_000;

    /** So few may be the same by chance, as where a mail that a server cannot bear comes again and again. */
    private static final int FEW = 5;

    private final Cache<InetSocketAddress, Seen> seen = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();
    private final Cache<InetSocketAddress, Integer> habits = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();

    /** What a server did last. */
    private static final class Seen {
        private final int answered;
        private final int times;
        private final long at;

        private Seen(int answered, int times, long at) {
            this.answered = answered;
            this.times = times;
            this.at = at;
        }
    }

    /**
     * A server hung up on mails after having answered so many. The same number again, on a connection that was opened after that,
     * is its habit; those that were open together may have ended together, when the server or the network went down.
     *
     * @param openedAt when the connection was opened, as {@link System#nanoTime}
     */
    void note(SessionSettings settings, int answered, long openedAt) {
        long now = System.nanoTime();
        Seen latest = seen.asMap().compute(settings.address(), (address, before) -> {
            if (before != null && openedAt - before.at < 0) {
                return before;
            }
            return new Seen(answered, before != null && before.answered == answered ? before.times + 1 : 1, now);
        });
        if (answered > 0 && latest.at == now && latest.times >= (answered < FEW ? 3 : 2) && allowed(settings) > answered) {
            habits.put(settings.address(), answered);
            LOGGER.warn("{}: hung up without a word after {} mails, {} times; for {} each connection carries no more", settings,
                answered, latest.times, REMEMBERED);
        }
    }

    /** The most mails that one connection is to carry. */
    int allowed(SessionSettings settings) {
        Integer habit = habits.getIfPresent(settings.address());
        return habit == null ? Integer.MAX_VALUE : habit;
    }
}
