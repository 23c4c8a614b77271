// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.util.List;
import java.util.Locale;

import org.apache.james.util.Size;

/**
 * James' own keys of a listener that hold numbers, sizes and yes or no. James fails at some of what is none without naming the
 * file, and takes 0, which means no limit, for others.
 */
final class ListenerSettings {
    private static final List<String> NUMBERS = List.of("connectiontimeout", "connectionBacklog", "connectionLimit",
        "connectionLimitPerIP", "ioWorkerCount", "bossWorkerCount", "maxExecutorCount", "timeout", "maxLineLength",
        "idleTimeInterval", "maxQueueSize", "concurrentRequests");
    private static final List<String> FLAGS = List.of("tls.[@startTLS]", "tls.[@socketTLS]", "gracefulShutdown", "proxyRequired",
        "auth.requireSSL", "auth.plainAuthEnabled", "heloEhloEnforcement", "addressBracketsEnforcement", "verifyIdentity",
        "plainAuthDisallowed", "enableIdle", "compress", "ignoreIDLEUponProcessing", "provisionDefaultMailboxes");
    private static final List<String> SIZES = List.of("maxmessagesize", "inMemorySizeLimit", "literalSizeLimit");
    private static final String ANNOUNCE = "auth.announce";
    private static final List<String> ANNOUNCED = List.of("never", "always", "forunauthorizedaddresses");

    private ListenerSettings() {
    }

    /** @throws StartError with file, listener, key and value */
    static void check(Listener listener) {
        NUMBERS.stream().filter(listener.settings()::containsKey).forEach(key -> number(listener, key));
        FLAGS.forEach(key -> listener.flag(key, false));
        SIZES.stream().filter(listener.settings()::containsKey).forEach(key -> size(listener, key));
        String announce = listener.text(ANNOUNCE, "never");
        if (listener.protocol().equals("smtp") && !ANNOUNCED.contains(announce.toLowerCase(Locale.US))) {
            throw listener.error(ANNOUNCE, "never, always or forUnauthorizedAddresses", null);
        }
    }

    private static void number(Listener listener, String key) {
        String expected = "a whole number from 0 to " + Integer.MAX_VALUE;
        try {
            if (Integer.parseInt(listener.text(key, "")) < 0) {
                throw listener.error(key, expected, null);
            }
        } catch (NumberFormatException e) {
            throw listener.error(key, expected, e);
        }
    }

    private static void size(Listener listener, String key) {
        String expected = "a size such as 50M: a whole number, and B, K, M or G behind it";
        String text = listener.text(key, "");
        try {
            if (Size.parse(text).asBytes() < 0 && !text.equalsIgnoreCase(Size.UNLIMITED)) {
                throw listener.error(key, expected, null);
            }
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw listener.error(key, expected, e);
        }
    }
}
