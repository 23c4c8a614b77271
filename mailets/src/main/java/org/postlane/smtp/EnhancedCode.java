// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An enhanced status code, {@code class.subject.detail} (RFC 3463). Immutable. */
public final class EnhancedCode {
    private static final Pattern PATTERN = Pattern.compile("([245])\\.(\\d{1,3})\\.(\\d{1,3})(?:\\s.*|$)", Pattern.DOTALL);

    private final String subjectAndDetail;
    private final int statusClass;

    private EnhancedCode(int statusClass, String subjectAndDetail) {
        this.statusClass = statusClass;
        this.subjectAndDetail = subjectAndDetail;
    }

    /** The code at the start of a reply's text (RFC 2034); empty where there is none. */
    public static Optional<EnhancedCode> at(String text) {
        Matcher matcher = PATTERN.matcher(text);
        return matcher.matches()
            ? Optional.of(new EnhancedCode(Integer.parseInt(matcher.group(1)), matcher.group(2) + "." + matcher.group(3)))
            : Optional.empty();
    }

    /** Whether subject and detail are these, whatever the class: {@code isAbout("5.3")} for 4.5.3 and 5.5.3. */
    public boolean isAbout(String subjectDotDetail) {
        return subjectAndDetail.equals(subjectDotDetail);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof EnhancedCode && toString().equals(o.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return statusClass + "." + subjectAndDetail;
    }
}
