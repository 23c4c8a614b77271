// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** No resource became free, or could be opened, within the time that the caller was ready to wait. */
public final class AcquireTimeoutException extends PoolException {
    private static final long serialVersionUID = 1L;

    AcquireTimeoutException(String message) {
        super(message);
    }
}
