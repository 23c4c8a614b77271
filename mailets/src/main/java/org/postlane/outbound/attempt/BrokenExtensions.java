// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.postlane.smtp.ExtensionBrokenException;
import org.postlane.smtp.SessionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Servers that offered an extension and then did not know it, or PIPELINING and did not bear that mails overlap: for an hour it
 * is left alone there, so that not every connection has to find out again. Safe for use by several threads.
 */
final class BrokenExtensions {
    private static final Logger LOGGER = LoggerFactory.getLogger(BrokenExtensions.class);
    /** Long enough to be cheap, short enough for a server that was mended. */
    private static final Duration REMEMBERED = Duration.ofHours(1);
    /** Few servers are broken in this way; what does not fit is found out again. */
    private static final int MOST_SERVERS = 10_000;

    private final Cache<InetSocketAddress, Set<String>> broken = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();

    private final Cache<InetSocketAddress, Boolean> overlap = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();

    /** A session broke because mails overlapped in it. */
    void rememberOverlap(SessionSettings settings) {
        if (overlap.asMap().put(settings.address(), Boolean.TRUE) == null) {
            LOGGER.warn("{}: the session broke where one mail was sent behind another; for {} each waits for the one before",
                settings, REMEMBERED);
        }
    }

    void remember(SessionSettings settings, ExtensionBrokenException found) {
        LOGGER.warn("{}: {}; going on without it", settings, found.getMessage());
        broken.asMap().merge(settings.address(), Set.of(found.extension()), BrokenExtensions::both);
    }

    /** The settings, without what is broken at their address. */
    SessionSettings leftAlone(SessionSettings settings) {
        Set<String> here = broken.getIfPresent(settings.address());
        boolean inTurn = settings.transactionsInFlight() > 1 && overlap.getIfPresent(settings.address()) != null;
        if (here == null && !inTurn) {
            return settings;
        }
        SessionSettings.Builder less = settings.toBuilder();
        if (here != null) {
            less.ignoring(both(here, settings.ignoredExtensions()));
        }
        return (inTurn ? less.transactionsInFlight(1) : less).build();
    }

    private static Set<String> both(Set<String> first, Set<String> second) {
        Set<String> all = new HashSet<>(first);
        all.addAll(second);
        return Set.copyOf(all);
    }
}
