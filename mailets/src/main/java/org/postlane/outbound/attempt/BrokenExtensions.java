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
 * Servers that offered an extension and then did not know it: for an hour it is left alone there, so that not every connection
 * has to find out again. Safe for use by several threads.
 */
final class BrokenExtensions {
    private static final Logger LOGGER = LoggerFactory.getLogger(BrokenExtensions.class);
    /** Long enough to be cheap, short enough for a server that was mended. */
    private static final Duration REMEMBERED = Duration.ofHours(1);
    /** Few servers are broken in this way; what does not fit is found out again. */
    private static final int MOST_SERVERS = 10_000;

    private final Cache<InetSocketAddress, Set<String>> broken = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();

    void remember(SessionSettings settings, ExtensionBrokenException found) {
        LOGGER.warn("{}: {}; going on without it", settings, found.getMessage());
        broken.asMap().merge(settings.address(), Set.of(found.extension()), BrokenExtensions::both);
    }

    /** The settings, without what is broken at their address. */
    SessionSettings leftAlone(SessionSettings settings) {
        Set<String> here = broken.getIfPresent(settings.address());
        return here == null ? settings : settings.toBuilder().ignoring(both(here, settings.ignoredExtensions())).build();
    }

    private static Set<String> both(Set<String> first, Set<String> second) {
        Set<String> all = new HashSet<>(first);
        all.addAll(second);
        return Set.copyOf(all);
    }
}
