// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which share of the credentials has which number of iterations, for who has none: if the number were the same for all of those,
 * another one would say of a name that it is a user's. As the credentials move to the number that is configured now, so do the
 * names without one, each of them once. Immutable.
 */
final class IterationShares {
    /** By how many credentials have this number or one before it; the present number is the last. */
    private final SortedMap<Integer, Integer> numbersByRank = new TreeMap<>();
    private final int total;
    private final int present;

    /** @param present the number that new credentials have */
    IterationShares(Collection<Credential> credentials, int present) {
        this.present = present;
        Map<Integer, Integer> counts = new TreeMap<>(
            Comparator.<Integer, Boolean>comparing(number -> number == present).thenComparing(Comparator.naturalOrder()));
        credentials.forEach(credential -> counts.merge(credential.scram().iterations(), 1, Integer::sum));
        int rank = 0;
        for (Map.Entry<Integer, Integer> number : counts.entrySet()) {
            rank += number.getValue();
            numbersByRank.put(rank, number.getKey());
        }
        this.total = rank;
    }

    /**
     * The number for a name.
     *
     * @param octets at least 8, the same for a name each time, and of which nobody else knows anything
     */
    int of(byte[] octets) {
        if (total == 0) {
            return present;
        }
        double place = (ByteBuffer.wrap(octets).getLong() >>> 1) / 0x1p63;
        // The last one is not behind the last rank, however the quotient was rounded.
        int rank = (int) Math.min(total - 1L, (long) (place * total)) + 1;
        return numbersByRank.get(numbersByRank.tailMap(rank).firstKey());
    }
}
