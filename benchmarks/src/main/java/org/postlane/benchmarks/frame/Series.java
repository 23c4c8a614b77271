// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonGetter;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What one contestant reached, round by round.
 *
 * @param rounds the figures of each round by name
 */
@JsonIgnoreProperties(value = "medians", allowGetters = true)
public record Series(String contestant, List<Map<String, Double>> rounds) {
    /** Copies; refuses rounds that do not hold the same figures. */
    public Series {
        rounds = rounds.stream().map(round -> (Map<String, Double>) new LinkedHashMap<>(round)).toList();
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException(contestant + " has no round");
        }
        Set<String> figures = rounds.get(0).keySet();
        for (Map<String, Double> round : rounds) {
            if (!round.keySet().equals(figures)) {
                throw new IllegalArgumentException(contestant + " measured " + figures + " and " + round.keySet());
            }
        }
    }

    /** The names of the figures, in the order in which they were measured. */
    public List<String> figures() {
        return List.copyOf(rounds.get(0).keySet());
    }

    /** The middle one; of an even number the mean of the two in the middle. NaN where the figure was not measured. */
    public double median(String figure) {
        double[] sorted = sorted(figure);
        int middle = sorted.length / 2;
        return sorted.length == 0 ? Double.NaN
            : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** NaN where the figure was not measured. */
    public double least(String figure) {
        double[] sorted = sorted(figure);
        return sorted.length == 0 ? Double.NaN : sorted[0];
    }

    /** NaN where the figure was not measured. */
    public double most(String figure) {
        double[] sorted = sorted(figure);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length - 1];
    }

    /** For the readers of the JSON. */
    @JsonGetter
    public Map<String, Double> medians() {
        Map<String, Double> medians = new LinkedHashMap<>();
        figures().forEach(figure -> medians.put(figure, median(figure)));
        return medians;
    }

    private double[] sorted(String figure) {
        return rounds.stream().filter(round -> round.containsKey(figure))
            .mapToDouble(round -> round.get(figure)).sorted().toArray();
    }
}
