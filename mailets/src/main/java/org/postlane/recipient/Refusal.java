// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer that a directory entry itself prescribes for an address: a reply code (RFC 5321 4.2), an enhanced status
 * code (RFC 3463) and a text. Immutable.
 */
public final class Refusal {
    /** RFC 5321 4.5.3.1.5 bounds the whole reply line at 512 octets; this leaves room for the codes. */
    static final int MAX_TEXT = 400;

    private static final Pattern CODES =
        Pattern.compile("(?:([45])([0-5])(\\d)(?:\\s+|$))?(?:([45])\\.(\\d{1,3}\\.\\d{1,3})(?:\\s+|$))?(.*)");

    private final String replyCode;
    private final String enhancedCode;
    private final String text;

    private Refusal(String replyCode, String enhancedCode, String text) {
        this.replyCode = replyCode;
        this.enhancedCode = enhancedCode;
        this.text = text;
    }

    /**
     * Reads the text of an {@code error:} mapping: it may begin with a reply code, an enhanced status code or both
     * ({@code 551 5.1.6 moved to …}); what is missing is taken from what is there, else from {@code enhancedSubject}.
     * Control characters and non-ASCII characters become blanks, since a reply is one line of ASCII.
     *
     * @param enhancedSubject subject and detail of the enhanced code where the text has none, like {@code 1.1}
     */
    static Refusal parse(String mappingText, String enhancedSubject) {
        String line = mappingText.replaceAll("[^\\x20-\\x7e]+", " ").trim();
        Matcher codes = CODES.matcher(line);
        String replyClass = "5";
        String replyCode = "550";
        String subject = enhancedSubject;
        String rest = line;
        if (codes.matches()) {
            rest = codes.group(6).trim();
            if (codes.group(1) != null) {
                replyClass = codes.group(1);
                replyCode = replyClass + codes.group(2) + codes.group(3);
            } else if (codes.group(4) != null) {
                replyClass = codes.group(4);
                replyCode = replyClass.equals("4") ? "450" : "550";
            }
            subject = codes.group(5) == null ? enhancedSubject : codes.group(5);
        }
        String text = rest.isEmpty() ? "Recipient refused" : rest;
        return new Refusal(replyCode, replyClass + "." + subject, text.substring(0, Math.min(MAX_TEXT, text.length())));
    }

    /** Three digits; the first is 4 or 5. */
    public String replyCode() {
        return replyCode;
    }

    /** Class, subject and detail, the class always that of the reply code: {@code 5.1.1}. */
    public String enhancedCode() {
        return enhancedCode;
    }

    /** Printable ASCII on one line, never empty. */
    public String text() {
        return text;
    }

    /** Whether trying again later may help. */
    public boolean isTemporary() {
        return replyCode.startsWith("4");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Refusal && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hash(replyCode, enhancedCode, text);
    }

    @Override
    public String toString() {
        return replyCode + " " + enhancedCode + " " + text;
    }
}
