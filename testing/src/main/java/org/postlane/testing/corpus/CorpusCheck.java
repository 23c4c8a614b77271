// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Compares what arrived with what was sent. Servers on the way may put trace fields in front (RFC 5321, 4.4), and nothing else
 * may differ: every other difference is told by name.
 */
public final class CorpusCheck {
    private static final Set<String> TRACE = Set.of("return-path", "received", "delivered-to");

    private CorpusCheck() {
    }

    /**
     * The differences; none when the message arrived octet for octet behind the trace fields.
     *
     * @param sent the message whose wire form went out
     * @param arrived all that arrived, with CRLF line ends
     */
    public static List<Deviation> compare(CorpusMessage sent, byte[] arrived) {
        byte[] wire = sent.wire();
        return endsWithBehindTrace(arrived, wire) ? List.of()
            : explain(HeaderFields.parse(wire), HeaderFields.parse(arrived));
    }

    private static boolean endsWithBehindTrace(byte[] arrived, byte[] wire) {
        int front = arrived.length - wire.length;
        if (front < 0 || !Arrays.equals(arrived, front, arrived.length, wire, 0, wire.length)) {
            return false;
        }
        HeaderFields trace = HeaderFields.parse(Arrays.copyOf(arrived, front));
        return trace.body().isEmpty() && trace.fields().stream().allMatch(CorpusCheck::isTrace);
    }

    private static boolean isTrace(String field) {
        return field.endsWith("\r\n") && field.indexOf(':') > 0 && TRACE.contains(HeaderFields.name(field));
    }

    private static List<Deviation> explain(HeaderFields sent, HeaderFields arrived) {
        List<Deviation> deviations = new ArrayList<>();
        List<String> missing = without(sent.fields(), arrived.fields());
        List<String> added = without(arrived.fields(), sent.fields());
        added.removeIf(CorpusCheck::isTrace);
        for (String field : missing) {
            String name = HeaderFields.name(field);
            String replacement = added.stream().filter(other -> HeaderFields.name(other).equals(name)).findFirst().orElse(null);
            if (replacement != null) {
                added.remove(replacement);
                deviations.add(new Deviation(Deviation.Kind.FIELD_CHANGED, shorten(field) + " became " + shorten(replacement)));
            } else {
                deviations.add(new Deviation(Deviation.Kind.FIELD_REMOVED, shorten(field)));
            }
        }
        added.forEach(field -> deviations.add(new Deviation(Deviation.Kind.FIELD_ADDED, shorten(field))));
        if (!sent.body().equals(arrived.body())) {
            deviations.add(new Deviation(Deviation.Kind.BODY_CHANGED, firstDifference(sent.body(), arrived.body())));
        }
        if (deviations.isEmpty()) {
            deviations.add(new Deviation(Deviation.Kind.FIELDS_REORDERED, "the same fields in another order"));
        }
        return List.copyOf(deviations);
    }

    private static List<String> without(List<String> fields, List<String> others) {
        List<String> rest = new ArrayList<>(fields);
        others.forEach(rest::remove);
        return rest;
    }

    private static String shorten(String field) {
        String oneLine = field.replace("\r\n", " ").strip();
        return oneLine.length() > 60 ? oneLine.substring(0, 57) + "..." : oneLine;
    }

    private static String firstDifference(String sent, String arrived) {
        int at = 0;
        while (at < Math.min(sent.length(), arrived.length()) && sent.charAt(at) == arrived.charAt(at)) {
            at++;
        }
        return "at octet " + at + " of " + sent.length() + "; " + arrived.length() + " arrived";
    }
}
