// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/**
 * When those that found no room at a destination are expected again: each when those before it are done. Times are nanoseconds.
 * Guarded by the scheduler's lock.
 */
final class Bookings {
    /** When the last one is expected. */
    private long booked;
    /** How long one took when it was booked. */
    private long lastStep;

    Bookings(long now) {
        this.booked = now;
    }

    /**
     * Books one more.
     *
     * @param ahead how many are there already
     * @param one how long one of them takes; 0 when nobody knows
     * @return in how many nanoseconds it is expected; 0 when nobody knows
     */
    long next(int ahead, long one, long now) {
        if (one == 0) {
            return 0;
        }
        long most = SchedulerLimits.EXPECTED_WITHIN.toNanos();
        long step = Math.min(one, most);
        if (lastStep > 0 && booked - now > 0) {
            // The first guess may be wrong by far; what follows shall not stand behind it for ever.
            booked = now + Math.min(most, (long) ((double) (booked - now) / lastStep * step));
        }
        lastStep = step;
        long free = now + Math.min(most, ahead * step);
        long next = booked - free >= 0 ? booked + step : free;
        booked = now + Math.min(next - now, most);
        return booked - now;
    }
}
