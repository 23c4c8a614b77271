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

    /** Whether there are crowds now that are soon gone, and that are most of what there is: one among many must not slow all. */
    boolean isMost(long now) {
        crowded.removeIf(destination -> places.hasRoom(destination, now) || !destination.isAboutToHaveRoom(now));
        return !crowded.isEmpty() && 2 * crowded.stream().mapToInt(Destination::held).sum() >= places.taken();
    }
}
