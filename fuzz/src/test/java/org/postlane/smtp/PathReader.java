// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** Reads a path as a server does (RFC 5321 4.1.2), to see whether it ends where we think it does. */
final class PathReader {
    private PathReader() {
    }

    /** Fails unless the path is one, from its first octet to its last. */
    static void check(String path) {
        int end = end(path);
        if (end != path.length()) {
            throw new AssertionError("A server reads a path of " + end + " octets, not " + path.length());
        }
    }

    private static int end(String path) {
        if (path.charAt(0) != '<') {
            throw new AssertionError("No path");
        }
        boolean quoted = false;
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                throw new AssertionError("A control character at " + i);
            }
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && c == '>') {
                return i + 1;
            } else if (!quoted && (c == '<' || c == ' ')) {
                throw new AssertionError("Out of place at " + i + ": " + c);
            }
        }
        return -1;
    }
}
