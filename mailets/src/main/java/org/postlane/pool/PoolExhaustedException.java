// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** As many callers as allowed wait already: {@link PoolLimits#maxWaitersPerHost()} or {@link PoolLimits#maxWaiters()}. */
public final class PoolExhaustedException extends PoolException {
    private static final long serialVersionUID = 1L;

    PoolExhaustedException(String message) {
        super(message);
    }
}
