// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.Map;
import java.util.concurrent.Callable;

/** One side of a comparison. */
public interface Contestant {
    /** The name in table, plot and JSON. */
    String name();

    /** Works until what is measured is warm. What it did is not counted. */
    void warmUp() throws Exception;

    /**
     * Measures once.
     *
     * @return figures by name, the unit in the name; every round gives the same names
     */
    Map<String, Double> round() throws Exception;

    /** One whose figures do not depend on how warm it is, as those of memory. */
    static Contestant withoutWarmUp(String name, Callable<Map<String, Double>> round) {
        return new Contestant() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void warmUp() {
                // Nothing would be gained.
            }

            @Override
            public Map<String, Double> round() throws Exception {
                return round.call();
            }
        };
    }
}
