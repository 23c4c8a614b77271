// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a report says to people: the recipients, those with the same fate and the same reason together. Immutable. */
final class ReportWords {
    /** Of a reason, in characters; the fields have more of it. */
    private static final int MOST = 1000;

    private final String server;
    private final List<RecipientStatus> recipients;

    ReportWords(String server, List<RecipientStatus> recipients) {
        this.server = server;
        this.recipients = recipients;
    }

    private static String headline(Action action) {
        switch (action) {
            case FAILED:
                return "Your message was not delivered to these recipients, and no further attempt will be made:";
            case DELAYED:
                return "Your message has not been delivered to these recipients so far. You need not send it again: there will"
                    + " be more attempts.";
            case DELIVERED:
                return "Your message is in the mailboxes of these recipients:";
            default:
                return "Your message was handed to the mail server of these recipients, which does not report what becomes of"
                    + " it:";
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("This is the mail server ").append(clean(server)).append(".\r\n");
        for (Action action : Action.values()) {
            Map<String, List<RecipientStatus>> alike = recipients.stream()
                .filter(recipient -> recipient.action() == action)
                .collect(Collectors.groupingBy(RecipientStatus::inWords, LinkedHashMap::new, Collectors.toList()));
            if (!alike.isEmpty()) {
                text.append("\r\n").append(headline(action)).append("\r\n");
            }
            alike.forEach((reason, some) -> {
                text.append("\r\n");
                some.forEach(recipient -> text.append("    ").append(clean(recipient.address())).append("\r\n"));
                text.append("        ").append(clean(reason)).append("\r\n");
            });
        }
        return text.toString();
    }

    /** One line, bounded: strangers wrote it. */
    private static String clean(String written) {
        StringBuilder line = new StringBuilder(Math.min(written.length(), MOST));
        written.codePoints().limit(MOST).forEach(c ->
            line.appendCodePoint(Character.isISOControl(c) || !Character.isDefined(c) || isFormat(c) ? '?' : c));
        return written.codePointCount(0, written.length()) > MOST ? line + " ..." : line.toString();
    }

    /** Turns text around, or hides in it, or ends a line, or is half a character. */
    private static boolean isFormat(int codePoint) {
        switch (Character.getType(codePoint)) {
            case Character.FORMAT:
            case Character.LINE_SEPARATOR:
            case Character.PARAGRAPH_SEPARATOR:
            case Character.SURROGATE:
                return true;
            default:
                return false;
        }
    }
}
