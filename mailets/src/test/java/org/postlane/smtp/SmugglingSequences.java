// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.ArrayList;
import java.util.List;

/** What one server or another has taken for the end of data. */
final class SmugglingSequences {
    static final List<String> ALL = all();

    private SmugglingSequences() {
    }

    private static List<String> all() {
        List<String> lineEnds = List.of("\r\n", "\n", "\r", "\r\r\n", "\n\r", "\r\n\r");
        List<String> sequences = new ArrayList<>();
        for (String before : lineEnds) {
            for (String after : lineEnds) {
                sequences.add(before + "." + after);
            }
        }
        return List.copyOf(sequences);
    }
}
