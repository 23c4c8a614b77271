// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A message cut in two: its header fields, each with its folded lines and line ends, and everything from the blank line on.
 *
 * @param fields as they stand, folding and all; a line without a colon is a field of its own
 * @param body with the blank line in front; empty where there is none
 */
record HeaderFields(List<String> fields, String body) {
    static HeaderFields parse(byte[] message) {
        String text = new String(message, ISO_8859_1);
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (at < text.length() && !text.startsWith("\r\n", at)) {
            int end = text.indexOf("\r\n", at);
            end = end < 0 ? text.length() : end + 2;
            String line = text.substring(at, end);
            if (!fields.isEmpty() && (line.startsWith(" ") || line.startsWith("\t"))) {
                fields.set(fields.size() - 1, fields.get(fields.size() - 1) + line);
            } else {
                fields.add(line);
            }
            at = end;
        }
        return new HeaderFields(List.copyOf(fields), text.substring(at));
    }

    /** The name of a field in lower case; of a line that is no field, the line. */
    static String name(String field) {
        int colon = field.indexOf(':');
        return (colon < 0 ? field : field.substring(0, colon)).strip().toLowerCase(Locale.ROOT);
    }
}
