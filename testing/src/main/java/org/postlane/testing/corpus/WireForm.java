// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes any message fit for SMTP with as few changes as that takes. */
public final class WireForm {
    /** RFC 5321, 4.5.3.1.6: 1000 octets with CRLF. */
    static final int LINE_LIMIT = 998;
    private static final String CRLF = "\r\n";
    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");
    /** A header field as RFC 5322 4.5 still allows it, with white space before the colon; also the first line of an mbox. */
    private static final Pattern FIELD_START = Pattern.compile("(?s)[!-9;-~]+[ \t]*:.*|From .*");
    private static final Pattern BEYOND_ASCII = Pattern.compile("[\\x80-\\xff]");
    private static final Pattern BCC = Pattern.compile("(?im)^bcc[ \t]*:[^\r]*\r\n([ \t][^\r]*\r\n)*");
    private static final String HEADER = "From: corpus@example.com" + CRLF + "Date: Thu, 1 Jan 2026 00:00:00 +0000" + CRLF + CRLF;

    private WireForm() {
    }

    /** The message with its wire form; the octets are taken as they are, whatever their charset. */
    public static CorpusMessage of(String name, byte[] original) {
        Set<Adaptation> adaptations = EnumSet.noneOf(Adaptation.class);
        String text = new String(original, ISO_8859_1);
        String whole = addHeader(normaliseLineEnds(text, adaptations), adaptations);
        String wire = cutLongLines(mendHeader(whole, adaptations), adaptations);
        return new CorpusMessage(name, original.clone(), wire.getBytes(ISO_8859_1), adaptations);
    }

    private static String normaliseLineEnds(String text, Set<Adaptation> adaptations) {
        String normalised = LINE_END.matcher(text).replaceAll(CRLF);
        if (!normalised.endsWith(CRLF)) {
            normalised += CRLF;
        }
        if (!normalised.equals(text)) {
            adaptations.add(Adaptation.LINE_ENDS);
        }
        return normalised;
    }

    private static String addHeader(String text, Set<Adaptation> adaptations) {
        String firstLine = text.substring(0, text.indexOf(CRLF));
        if (FIELD_START.matcher(firstLine).matches()) {
            return text;
        }
        adaptations.add(Adaptation.HEADER_ADDED);
        return HEADER + text;
    }

    private static String mendHeader(String text, Set<Adaptation> adaptations) {
        int end = headerEnd(text);
        String header = text.substring(0, end);
        String ascii = BEYOND_ASCII.matcher(header).replaceAll("?");
        if (!ascii.equals(header)) {
            adaptations.add(Adaptation.EIGHT_BIT_HEADER);
        }
        String withoutBcc = BCC.matcher(ascii).replaceAll("");
        if (!withoutBcc.equals(ascii)) {
            adaptations.add(Adaptation.BCC_REMOVED);
        }
        return withoutBcc + text.substring(end);
    }

    /** Where the blank line begins, after the line end of the last field; the whole length without one. */
    private static int headerEnd(String text) {
        int at = text.indexOf(CRLF + CRLF);
        return at < 0 ? text.length() : at + 2;
    }

    private static String cutLongLines(String text, Set<Adaptation> adaptations) {
        int headerEnd = headerEnd(text);
        String cut = cut(text.substring(0, headerEnd), true) + cut(text.substring(headerEnd), false);
        if (!cut.equals(text)) {
            adaptations.add(Adaptation.LONG_LINES);
        }
        return cut;
    }

    private static String cut(String lines, boolean header) {
        return Stream.of(lines.split(CRLF, -1))
            .flatMap(line -> pieces(line, header).stream())
            .collect(Collectors.joining(CRLF));
    }

    private static List<String> pieces(String line, boolean header) {
        List<String> pieces = new ArrayList<>();
        String rest = line;
        while (rest.length() > LINE_LIMIT) {
            int at = header ? foldAt(rest) : LINE_LIMIT;
            pieces.add(rest.substring(0, at));
            rest = rest.substring(at);
        }
        pieces.add(rest);
        return pieces;
    }

    /** The last white space that leaves something on both sides, so that unfolding gives the field back (RFC 5322, 2.2.3). */
    private static int foldAt(String line) {
        for (int at = LINE_LIMIT; at > 1; at--) {
            boolean blank = line.charAt(at) == ' ' || line.charAt(at) == '\t';
            if (blank && !line.substring(0, at).isBlank()) {
                return at;
            }
        }
        return LINE_LIMIT;
    }
}
