// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.Map;

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
}
