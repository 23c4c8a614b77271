// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

/**
 * A line of {@code key=value} pairs, separated by single spaces (the form known as logfmt). A value that is not plain is put
 * into double quotes, and what could end the line, the quotes or the reader's trust is escaped: a peer chooses its replies, and a
 * sender chooses addresses. Not safe for use by several threads.
 */
final class LogLine {
    /** Longer values are cut: a reply may have a hundred lines. */
    static final int LONGEST_VALUE = 1_000;
    private static final String ELLIPSIS = "\u2026";

    private final StringBuilder line = new StringBuilder(300);

    /** Adds a pair. */
    LogLine add(String key, Object value) {
        if (line.length() > 0) {
            line.append(' ');
        }
        line.append(key).append('=');
        String text = String.valueOf(value);
        if (isPlain(text)) {
            line.append(text);
        } else {
            quote(text);
        }
        return this;
    }

    private static boolean isPlain(String text) {
        return !text.isEmpty() && text.length() <= LONGEST_VALUE
            && text.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\');
    }

    private void quote(String text) {
        line.append('"');
        int end = text.offsetByCodePoints(0, Math.min(LONGEST_VALUE, text.codePointCount(0, text.length())));
        text.substring(0, end).codePoints().forEach(this::escape);
        line.append(end < text.length() ? ELLIPSIS : "").append('"');
    }

    private void escape(int c) {
        if (c == '"' || c == '\\') {
            line.append('\\').appendCodePoint(c);
        } else if (isSafe(c)) {
            line.appendCodePoint(c);
        } else {
            for (char unit : Character.toChars(c)) {
                line.append(String.format("\\u%04x", (int) unit));
            }
        }
    }

    /** Neither a control nor what changes direction or is not seen: such a line would not read as it was written. */
    private static boolean isSafe(int c) {
        switch (Character.getType(c)) {
            case Character.CONTROL:
            case Character.FORMAT:
            case Character.LINE_SEPARATOR:
            case Character.PARAGRAPH_SEPARATOR:
            case Character.SURROGATE:
            case Character.PRIVATE_USE:
            case Character.UNASSIGNED:
                return false;
            default:
                return true;
        }
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
