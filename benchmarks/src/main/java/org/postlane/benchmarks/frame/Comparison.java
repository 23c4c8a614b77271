// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures contestants in turn, A B A B: what slows the machine down for a while, or wears it out over time, meets them all.
 *
 * @param rounds how often each is measured
 * @param progress is told of each step
 */
public record Comparison(int rounds, Consumer<String> progress) {
    /** The fewest rounds whose median is worth publishing; fewer are for trying a command out. */
    public static final int SOUND_ROUNDS = 5;

    /** Refuses less than one round. */
    public Comparison {
        if (rounds < 1) {
            throw new IllegalArgumentException("at least one round is needed");
        }
    }

    /** Warms up each contestant, one after the other. */
    public void warmUp(List<? extends Contestant> contestants) throws Exception {
        for (Contestant contestant : contestants) {
            progress.accept("warm-up: " + contestant.name());
            contestant.warmUp();
        }
    }

    /** One series for each contestant, in their order. */
    public List<Series> measure(List<? extends Contestant> contestants) throws Exception {
        List<List<Map<String, Double>>> measured = new ArrayList<>();
        contestants.forEach(contestant -> measured.add(new ArrayList<>()));
        for (int round = 1; round <= rounds; round++) {
            for (int i = 0; i < contestants.size(); i++) {
                Map<String, Double> figures = contestants.get(i).round();
                measured.get(i).add(figures);
                progress.accept("round " + round + "/" + rounds + ": " + contestants.get(i).name() + " " + told(figures));
            }
        }
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < contestants.size(); i++) {
            series.add(new Series(contestants.get(i).name(), measured.get(i)));
        }
        return series;
    }

    private static String told(Map<String, Double> figures) {
        StringBuilder told = new StringBuilder();
        figures.forEach((name, value) ->
            told.append(told.isEmpty() ? "" : ", ").append(name).append(' ').append(String.format(Locale.ROOT, "%.4g", value)));
        return told.toString();
    }
}
