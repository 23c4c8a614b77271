// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A whole reply of a server (RFC 5321 4.2): one code, one or more lines of text. Immutable. */
public final class Reply {
    /** RFC 5321 3.8: the server is about to close the connection, whatever was asked. */
    static final int CLOSING = 421;

    /** RFC 5321 4.2.3: the server waits for content. No other answer to DATA lets any of it go out. */
    static final int START_CONTENT = 354;

    private final int code;
    private final List<String> lines;

    /** A reply with that code; the lines come without code and separator. */
    public Reply(int code, List<String> lines) {
        this.code = code;
        this.lines = List.copyOf(lines);
    }

    /** The three digits. */
    public int code() {
        return code;
    }

    /** The text of each line, without the code. */
    public List<String> lines() {
        return lines;
    }

    /** The text of all lines, with single spaces between them. */
    public String text() {
        return String.join(" ", lines);
    }

    /** The enhanced code that the text begins with, when its class agrees with the reply's. */
    public Optional<EnhancedCode> enhancedCode() {
        return EnhancedCode.at(lines.get(0)).filter(enhanced -> enhanced.toString().charAt(0) - '0' == code / 100);
    }

    /** Any 2xx. 251 counts as much as 250: a client that asked for 250 has lost mail. */
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /** 3xx: the server waits for more. */
    public boolean isIntermediate() {
        return code / 100 == 3;
    }

    /** 4xx. */
    public boolean isTemporary() {
        return code / 100 == 4;
    }

    /** 5xx. */
    public boolean isPermanent() {
        return code / 100 == 5;
    }

    /** The same, with the lines that fit into so many characters, the first of them at any rate cut to fit. */
    Reply shortened(int most) {
        List<String> kept = new ArrayList<>();
        int left = most;
        for (String line : lines) {
            if (left <= 0) {
                break;
            }
            kept.add(line.length() <= left ? line : line.substring(0, left));
            left -= line.length();
        }
        return kept.size() == lines.size() && left >= 0 ? this : new Reply(code, kept);
    }

    @Override
    public String toString() {
        return code + " " + text();
    }
}
