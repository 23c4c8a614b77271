// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.Locale;

/** Why a resource was not kept. Each discarded one has exactly one reason, which is counted and logged at debug level. */
public enum DiscardReason {
    /** It lay in reserve for {@link PoolLimits#idleTimeout()}. */
    IDLE_TIMEOUT,
    /** It reached {@link PoolLimits#maxAge()}. */
    MAX_AGE,
    /** It served {@link PoolLimits#maxUses()} leases. */
    MAX_USES,
    /** It served as many leases as the peer allows ({@link PooledResource#usesAllowed()}). */
    PEER_LIMIT,
    /** The peer has said that it is closing it. */
    PEER_CLOSING,
    /** The peer sent something that nothing had asked for, so that nothing it says can be trusted to be an answer. */
    OUT_OF_STEP,
    /** It ended while it lay in reserve, or was found dead there, without a reason of its own. */
    DIED_IDLE,
    /** Its reset was refused, failed or took too long. */
    RESET_REFUSED,
    /** It was no longer usable when it came back, or its holder said so. */
    BROKEN,
    /** It got nowhere for a while, open or still being opened, and others waited for what it held. */
    GAVE_WAY,
    /** It was in good order, but somebody who waits needs its slot for another host or another key. */
    MADE_ROOM,
    /** The pool is closed. */
    POOL_CLOSED,
    /** Its holder did not want it kept, though it is in good order. */
    CALLER;

    /** As it is written wherever people read it, in logs, metrics and JSON: {@code idle-timeout}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
