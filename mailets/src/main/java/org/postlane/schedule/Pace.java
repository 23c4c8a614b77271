// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/** Keeps a rate. Safe for use by several threads; never blocks. */
public interface Pace {
    /**
     * Takes one if it is due.
     *
     * @return 0 if it was taken; else in how many nanoseconds to ask again, or earlier where whoever keeps the pace says so
     *     ({@link Paces#of})
     */
    long take();

    /** The same from now on at another rate: who was not due is not due at once because somebody changed the rate. */
    Pace changedTo(Rate rate);
}
