// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Destinations that work so fast that who finds no room there had better wait a moment than come again later: a few are taken
 * in beyond the room, and as long as they are there, whoever brings more is asked to slow down. Guarded by the scheduler's lock.
 */
final class Crowds {
    private final Places places;
    private final Set<Destination<?>> crowded = new LinkedHashSet<>();
    private boolean anyWorked;
    private long lastWorked;

    Crowds(Places places) {
        this.places = places;
    }

    /** Takes one in beyond the room, if there is a place. */
    boolean join(Destination<?> destination, long now) {
        boolean joins = places.hasPlaceInCrowd(destination, now);
        if (joins) {
            crowded.add(destination);
        }
        return joins;
    }

    /** A destination got something done. */
    void worked(long now) {
        anyWorked = true;
        lastWorked = now;
    }

    /** Whether nobody can be asked to slow down now, whatever the time is. */
    boolean areNone() {
        return crowded.isEmpty() && !places.areAlmostFullOfWork();
    }

    /**
     * Whether who brings more should wait: since many destinations that work have all places together and get on, or since there
     * are crowds now that are soon gone, and that are most of what gets on: one among many must not slow all, and
     * what those hold that get nowhere is no reason to bring more.
     */
    boolean areInTheWay(long now) {
        if (anyWorked && now - lastWorked <= SchedulerLimits.ABOUT_TO_HAVE_ROOM.toNanos() && places.areAlmostFullOfWork()) {
            return true;
        }
        crowded.removeIf(destination -> places.hasRoom(destination, now) || !destination.isAboutToHaveRoom(now));
        int held = 0;
        int heldByWorking = 0;
        for (Destination<?> destination : crowded) {
            held += destination.held();
            heldByWorking += destination.trust(now) == Trust.WORKING ? destination.held() : 0;
        }
        return held > 0 && held >= places.takenByWorking() - heldByWorking;
    }
}
