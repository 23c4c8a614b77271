// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.function.LongSupplier;

/** Who keeps rates: this process alone, or together with others that know the same names. Safe for use by several threads. */
@FunctionalInterface
public interface Paces {
    /**
     * A pace.
     *
     * @param name what the rate is about; paces of one name are one pace for all who share them
     * @param due called without a lock, on any thread, when one may be due earlier than {@link Pace#take()} has said; must not
     *     block
     */
    Pace of(String name, Rate rate, Runnable due);

    /**
     * Paces that nobody shares.
     *
     * @param clock nanoseconds, as {@link System#nanoTime()}
     */
    static Paces local(LongSupplier clock) {
        return (name, rate, due) -> new LocalPace(rate, clock);
    }
}
