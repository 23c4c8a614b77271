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
    private static final List<String> NUMBERS = List.of("connectionBacklog", "connectionLimit", "connectionLimitPerIP",
        "ioWorkerCount", "bossWorkerCount", "maxExecutorCount", "timeout", "maxLineLength", "maxQueueSize");
    /** James takes what is negative for no limit, here and with the sizes. */
    private static final List<String> ANY_NUMBERS = List.of("connectiontimeout", "concurrentRequests");
    private static final List<String> FLAGS = List.of("tls.[@startTLS]", "tls.[@socketTLS]", "gracefulShutdown", "proxyRequired",
        "auth.requireSSL", "auth.plainAuthEnabled", "heloEhloEnforcement", "addressBracketsEnforcement", "verifyIdentity",
        "plainAuthDisallowed", "enableIdle", "compress", "ignoreIDLEUponProcessing", "provisionDefaultMailboxes");
    private static final List<String> SIZES = List.of("maxmessagesize", "inMemorySizeLimit", "literalSizeLimit");
    private static final String INTERVAL = "idleTimeInterval";
    private static final String ANNOUNCE = "auth.announce";
    private static final List<String> ANNOUNCED = List.of("never", "always", "forunauthorizedaddresses");

    private ListenerSettings() {
    }

    /** @throws StartError with file, listener, key and value */
    static void check(Listener listener) {
        NUMBERS.stream().filter(listener.settings()::containsKey).forEach(key -> number(listener, key, 0, Integer.MAX_VALUE));
        ANY_NUMBERS.stream().filter(listener.settings()::containsKey)
            .forEach(key -> number(listener, key, Integer.MIN_VALUE, Integer.MAX_VALUE));
        if (listener.settings().containsKey(INTERVAL)) {
            number(listener, INTERVAL, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        FLAGS.forEach(key -> listener.flag(key, false));
        SIZES.stream().filter(listener.settings()::containsKey).forEach(key -> {
            if (listener.protocol().equals("lmtp")) {
                number(listener, key, Long.MIN_VALUE, Long.MAX_VALUE);
            } else {
                size(listener, key);
            }
        });
        String announce = listener.text(ANNOUNCE, "never");
        if (listener.protocol().equals("smtp") && !ANNOUNCED.contains(announce.toLowerCase(Locale.US))) {
            throw listener.error(ANNOUNCE, "never, always or forUnauthorizedAddresses", null);
        }
    }

    private static void number(Listener listener, String key, long least, long most) {
        String expected = "a whole number from " + least + " to " + most;
        try {
            long number = Long.parseLong(listener.text(key, ""));
            if (number < least || number > most) {
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
            Size.parse(text);
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw listener.error(key, expected, e);
        }
    }
}
