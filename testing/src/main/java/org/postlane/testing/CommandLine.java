// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.Locale;

/**
 * One command, taken apart leniently.
 *
 * @param verb in upper case
 * @param argument the rest of the line without surrounding blanks
 */
record CommandLine(String verb, String argument) {

    static CommandLine parse(String line) {
        String text = line.strip();
        int blank = text.indexOf(' ');
        String verb = blank < 0 ? text : text.substring(0, blank);
        return new CommandLine(verb.toUpperCase(Locale.ROOT), blank < 0 ? "" : text.substring(blank + 1).strip());
    }

    /**
     * The address of MAIL or RCPT and what follows it.
     *
     * @param keyword FROM or TO
     * @return null where there is no address at all
     */
    Path path(String keyword) {
        String prefix = keyword + ":";
        if (!argument.regionMatches(true, 0, prefix, 0, prefix.length())) {
            return null;
        }
        String rest = argument.substring(prefix.length());
        String path = rest.strip();
        if (path.isEmpty()) {
            return null;
        }
        boolean strict = rest.startsWith("<");
        if (path.charAt(0) != '<') {
            int blank = path.indexOf(' ');
            return blank < 0
                ? new Path(path, "", false)
                : new Path(path.substring(0, blank), path.substring(blank + 1).strip(), false);
        }
        int end = closingBracket(path);
        if (end < 0) {
            return null;
        }
        String parameters = path.substring(end + 1);
        boolean apart = parameters.isEmpty() || parameters.charAt(0) == ' ';
        return new Path(path.substring(1, end), parameters.strip(), strict && apart);
    }

    /** The bracket that closes the path; one inside a quoted local part does not. */
    private static int closingBracket(String path) {
        boolean quoted = false;
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == '>' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    /**
     * A path with its parameters.
     *
     * @param strict whether it follows the grammar of RFC 5321, 4.1.2 in its outer form
     */
    record Path(String address, String parameters, boolean strict) {
    }
}
