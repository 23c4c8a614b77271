// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** Why a resource was not kept. Each discarded one has exactly one reason, which is counted and logged at debug level. */
public enum DiscardReason {
    /** It lay in reserve for {@link PoolLimits#idleTimeout()}. */
    IDLE_TIMEOUT,
    /** It reached {@link PoolLimits#maxAge()}. */
    MAX_AGE,
    /** It served {@link PoolLimits#maxUses()} leases, or as many as it allows itself. */
    MAX_USES,
    /** The peer closed it, or it fell out of sync, while it lay in reserve. */
    DIED_IDLE,
    /** Its reset was refused, failed or took too long. */
    RESET_REFUSED,
    /** It was no longer usable when it came back, or its holder said so. */
    BROKEN,
    /** It was in good order, but somebody who waits needs its slot for another host or another key. */
    MADE_ROOM,
    /** The pool is closed. */
    POOL_CLOSED,
    /** Its holder did not want it kept, though it is in good order. */
    CALLER
}
