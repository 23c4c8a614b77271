// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Writes the fields of a {@code message/delivery-status} (RFC 3464 2.1). Much of what stands in them was written by strangers:
 * whatever it is, a value is printable ASCII in lines of bounded length, and no line of it can be taken for another field or for
 * the end of a group. For one thread.
 */
final class StatusFields {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.US);

    private final StringBuilder text = new StringBuilder();

    /** One field whose value must not be divided, such as an address. */
    StatusFields add(String name, String value) {
        text.append(name).append(": ").append(printable(value)).append("\r\n");
        return this;
    }

    /** One field of words, folded where there are spaces, and inside a word only where a line would be too long for SMTP. */
    StatusFields addText(String name, String value) {
        text.append(name).append(':');
        int column = name.length() + 1;
        boolean empty = true;
        for (String word : printable(value).trim().split(" +")) {
            String rest = word;
            while (!rest.isEmpty()) {
                if (!empty && column + 1 + rest.length() > ReportLimits.LINE) {
                    text.append("\r\n");
                    column = 0;
                }
                String piece = rest.substring(0, Math.min(rest.length(), ReportLimits.WORD));
                text.append(' ').append(piece);
                column += 1 + piece.length();
                empty = false;
                rest = rest.substring(piece.length());
            }
        }
        text.append("\r\n");
        return this;
    }

    /** One field with a time (RFC 5322 3.3). */
    StatusFields add(String name, Instant time) {
        return add(name, DATE.format(ZonedDateTime.ofInstant(time, ZoneOffset.UTC)));
    }

    /** The blank line between the fields of the message and those of each recipient (RFC 3464 2.1.1). */
    StatusFields nextGroup() {
        text.append("\r\n");
        return this;
    }

    /** Printable ASCII: anything else is a question mark. */
    static String printable(String value) {
        StringBuilder clean = new StringBuilder(value.length());
        value.codePoints().forEach(c -> clean.append(c >= ' ' && c <= '~' ? (char) c : c == '\t' ? ' ' : '?'));
        return clean.toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
