// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;

/**
 * A piece of work for one destination. The scheduler calls exactly one of {@link #start} and {@link #refused} for each time that
 * it was offered or passed on, and {@link #start} again where it waits for another turn: on a thread of its executor and without
 * a lock. What blocks there takes a thread away from the others.
 */
public interface Task {
    /** The lowest priority. */
    int LOWEST_PRIORITY = 0;
    /** The highest priority. */
    int HIGHEST_PRIORITY = 9;

    /** Who it is done for: those who wait at one destination take turns, however much work each of them has. */
    String line();

    /** From {@value #LOWEST_PRIORITY} to {@value #HIGHEST_PRIORITY}. */
    int priority();

    /** Its turn has come. Must end the turn, now or later; when it throws, the turn ends as unused. */
    void start(Turn turn);

    /** It gets no turn, and the scheduler has forgotten it. */
    void refused(Refusal refusal);

    /**
     * For how long it has got nowhere in its turn, in nanoseconds; negative where it may not be given up now, because what it has
     * done could not be told any more. Called under the scheduler's lock: must neither block nor call the scheduler.
     */
    default long nanosStalled() {
        return -1;
    }

    /**
     * Others wait for the turn: where it has still got nowhere for so long, it is to end soon, as failed. The scheduler asks
     * again later where it does not.
     */
    default void giveWay(Duration stalledFor) {
    }
}
