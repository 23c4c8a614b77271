// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.ArrayList;
import java.util.List;

/**
 * What one server or another has taken for the end of data: all that was published on SMTP smuggling (SEC Consult, December
 * 2023, and its scanners; the payloads of Wang et al., USENIX Security 2025; CVE-2023-51764 to 51766), and what lies between
 * it, for it is each line end that was seen, before and behind each form of the dot.
 */
final class SmugglingSequences {
    static final List<String> ALL = all();

    private SmugglingSequences() {
    }

    private static List<String> all() {
        List<String> lineEnds = List.of("\r\n", "\n", "\r", "\r\r\n", "\n\r", "\r\n\r", "\r\0\n", "\0\r\n", "\r\n\0");
        List<String> dots = List.of(".", "\0.", ".\0");
        List<String> sequences = new ArrayList<>();
        for (String before : lineEnds) {
            for (String dot : dots) {
                lineEnds.forEach(after -> sequences.add(before + dot + after));
            }
        }
        return List.copyOf(sequences);
    }
}
