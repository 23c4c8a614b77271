// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.List;

/**
 * One comparison of a report.
 *
 * @param label what was different from the other groups ({@code 50 ms})
 */
public record Group(String label, List<Series> series) {
    /** Copies. */
    public Group {
        series = List.copyOf(series);
    }
}
