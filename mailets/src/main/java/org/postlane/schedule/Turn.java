// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/**
 * The right to work for one destination, until one of its methods ends it; only the first call counts. Safe for use by several
 * threads.
 */
public interface Turn {
    /** The name of the destination. */
    String destination();

    /**
     * To be called before the turn ends: what it needed there was taken by other turns for longer than it then took. With more
     * turns at once more would only wait, so this one does not make them more.
     */
    void stoodInLine();

    /** The destination works, whatever it said about the work itself. */
    void worked();

    /** The destination does not work, or not now. Shrinks its concurrency and, where nothing else succeeds, penalises it. */
    void failed(String why);

    /** Nothing was learnt about the destination. */
    void unused();

    /**
     * The destination refuses one more than those who have their turn now: holds its concurrency there for a while, and gives the
     * work another turn before all others. Where nobody else has a turn, it is a failure.
     *
     * @return false when the destination is penalised now, suspended or bouncing, when the scheduler is closed, or when the turn
     *     had ended: the task is not waiting then, and it is the caller's again
     */
    boolean again(String why);

    /** The destination works, and the work belongs to another; it is offered there, and may be refused there. */
    void passTo(String destination);
}
