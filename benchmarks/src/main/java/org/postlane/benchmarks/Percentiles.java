// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a set of times is like; percentiles by the nearest rank, so that each is a time that was measured. */
final class Percentiles {
    private final double[] sorted;

    private Percentiles(double[] sorted) {
        this.sorted = sorted;
    }

    static Percentiles of(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Percentiles(sorted);
    }

    /** The least of the values that this share of them does not exceed; the share above 0 and up to 1. */
    double at(double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    /** Median, 99th percentile and most, by name. */
    Map<String, Double> figures(String unit) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("p50 " + unit, at(0.5));
        figures.put("p99 " + unit, at(0.99));
        figures.put("max " + unit, at(1));
        return figures;
    }
}
