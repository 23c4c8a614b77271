// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a server reads what follows DATA: to which end, and with what it takes for the end of a line. One character an octet. */
enum ServerReading {
    /** RFC 5321 4.1.1.4: only CRLF ends a line. */
    STRICT(Pattern.compile("\r\n"), false),
    /** Any of CRLF, LF and CR ends a line, and NULs are dropped as they come: every published way of smuggling works here. */
    LENIENT(Pattern.compile("\r\n|\n|\r"), true);

    private final Pattern lineEnd;
    private final boolean dropsNul;

    ServerReading(Pattern lineEnd, boolean dropsNul) {
        this.lineEnd = lineEnd;
        this.dropsNul = dropsNul;
    }

    /** What a server with this reading drops. */
    String withoutDropped(String text) {
        return dropsNul ? text.replace("\0", "") : text;
    }

    /** The message that this server reads, each line ended with LF; fails unless everything belongs to it. */
    String message(String sent) {
        String text = withoutDropped(sent);
        StringBuilder message = new StringBuilder();
        Matcher end = lineEnd.matcher(text);
        int start = 0;
        while (end.find()) {
            String line = text.substring(start, end.start());
            start = end.end();
            if (line.equals(".")) {
                if (start < text.length()) {
                    throw new AssertionError(this + ": " + (text.length() - start) + " octets behind the end of data");
                }
                return message.toString();
            }
            message.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
        }
        throw new AssertionError(this + ": no end of data");
    }
}
