// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** A pool did not hand out a resource for a reason of its own, not of the peer's: no fault of the host asked for. */
public abstract class PoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PoolException(String message) {
        super(message);
    }
}
