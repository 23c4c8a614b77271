// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Percentiles by the nearest rank: each is a value that was measured. */
final class Percentiles {
    private final List<Duration> sorted;

    Percentiles(Collection<Duration> values) {
        this.sorted = values.stream().sorted().toList();
    }

    /**
     * The smallest value that at least this share of all values does not exceed.
     *
     * @param percent above 0, at most 100
     * @return empty where nothing was measured
     */
    Optional<Duration> at(int percent) {
        if (percent <= 0 || percent > 100) {
            throw new IllegalArgumentException("no percentile: " + percent);
        }
        if (sorted.isEmpty()) {
            return Optional.empty();
        }
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return Optional.of(sorted.get(rank - 1));
    }
}
