// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * One mail on its way to a lane. It ends in one of three ways: the lane has it, the lane certainly does not have it, or nobody
 * knows, because there was no answer in time. Safe for use by several threads.
 */
interface HandOver {
    /** Gives up if nothing has begun yet; false where the lane may have it at any moment from here on. */
    boolean abandon();

    /** Whether the lane certainly does not have it. */
    boolean hasFailed();

    /**
     * Waits until the lane has it.
     *
     * @throws ExecutionException   the lane does not have it
     * @throws TimeoutException     not yet, and perhaps later
     * @throws InterruptedException the same, for another reason
     */
    void await(Duration atMost) throws ExecutionException, TimeoutException, InterruptedException;
}
