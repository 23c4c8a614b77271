// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.apache.james.core.Username;

/**
 * The attempts that outlived their time limit. Nobody knows how they will end, so the recipient waits for that very attempt
 * when the mail comes again, instead of beginning another; and while a mailbox has such an attempt, no other is begun there.
 *
 * <p>Safe for use by several threads.
 */
final class OverdueAttempts {
    /** Far more than can be in flight; what nobody asks for again goes by age. */
    private static final int MAX_REMEMBERED = 10_000;
    /** A recipient that was put off has been tried for the last time before that, {@link LocalDeliveries#MAX_TIMES}. */
    private static final Duration REMEMBERED = Duration.ofDays(6);

    private final Cache<String, CompletableFuture<Void>> attempts =
        Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).expireAfterWrite(REMEMBERED).executor(Runnable::run).build();
    private final Map<Username, Integer> stalled = new HashMap<>();

    /** Remembers an attempt by the mail and the recipient that it is for; the owner is empty where finding it is what hangs. */
    synchronized void add(String key, Optional<Username> owner, CompletableFuture<Void> written) {
        attempts.put(key, written);
        owner.ifPresent(user -> stalled.merge(user, 1, Integer::sum));
    }

    /** The end of an attempt; how it ended stays known. */
    synchronized void ended(Optional<Username> owner) {
        owner.ifPresent(user -> stalled.computeIfPresent(user, (any, count) -> count > 1 ? count - 1 : null));
    }

    /** Whether an attempt at this mailbox is overdue now. */
    synchronized boolean isStalled(Username owner) {
        return stalled.containsKey(owner);
    }

    /** The overdue attempt for this mail and recipient, which may have ended since. */
    Optional<CompletableFuture<Void>> of(String key) {
        return Optional.ofNullable(attempts.getIfPresent(key));
    }

    /** For an attempt whose end its recipient has learnt of. */
    void forget(String key) {
        attempts.invalidate(key);
    }
}
