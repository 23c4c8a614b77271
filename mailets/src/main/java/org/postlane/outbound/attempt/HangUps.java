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

    private final Cache<InetSocketAddress, Integer> last = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();
    private final Cache<InetSocketAddress, Integer> habits = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();

    /**
     * A server hung up on mails after having answered so many. Twice the same number is its habit; anything else may have been an
     * accident.
     */
    void note(SessionSettings settings, int answered) {
        Integer before = last.asMap().put(settings.address(), answered);
        if (answered > 0 && before != null && before == answered && allowed(settings) > answered) {
            habits.put(settings.address(), answered);
            LOGGER.warn("{}: hung up without a word after {} mails, twice; for {} each connection carries no more", settings,
                answered, REMEMBERED);
        }
    }

    /** The most mails that one connection is to carry. */
    int allowed(SessionSettings settings) {
        Integer habit = habits.getIfPresent(settings.address());
        return habit == null ? Integer.MAX_VALUE : habit;
    }
}
