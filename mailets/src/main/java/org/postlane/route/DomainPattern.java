// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.IDN;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How domains are written in rules: {@code example.org} for itself, {@code *.example.org} for every domain below it. What is
 * more exact comes first, whatever the order in which rules are written.
 */
final class DomainPattern {
    /** Any domain. */
    static final String ANY = "*";
    /** What a rule shall name. */
    static final String EXPECTED = "a domain such as example.org, or *.example.org for every domain below it";

    private static final String BELOW = "*.";
    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern DOMAIN = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");
    /** RFC 1035 2.3.4, without the root. */
    private static final int LONGEST_NAME = 253;

    private DomainPattern() {
    }

    /**
     * A pattern in its one spelling: lower case, ASCII, no root dot.
     *
     * @throws IllegalArgumentException for what is neither a domain nor {@code *.} and a domain
     */
    static String parse(String text) {
        String domain = text.startsWith(BELOW) ? text.substring(BELOW.length()) : text;
        String name;
        try {
            name = name(domain);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected " + EXPECTED + ", not " + text, e);
        }
        if (!DOMAIN.matcher(name).matches() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("expected " + EXPECTED + ", not " + text);
        }
        return text.startsWith(BELOW) ? BELOW + name : name;
    }

    /** The patterns that a domain can be meant by, the most exact first; {@link #ANY} is not among them. */
    static List<String> matching(String domain) {
        List<String> patterns = new ArrayList<>();
        String name;
        try {
            name = name(domain);
        } catch (IllegalArgumentException e) {
            // Nothing that could stand in a rule.
            name = domain;
        }
        patterns.add(name);
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            patterns.add(BELOW + name.substring(dot + 1));
        }
        return patterns;
    }

    private static String name(String domain) {
        String withoutRoot = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
        boolean ascii = withoutRoot.chars().allMatch(c -> c < 0x80);
        return (ascii ? withoutRoot : IDN.toASCII(withoutRoot, IDN.ALLOW_UNASSIGNED)).toLowerCase(Locale.ROOT);
    }
}
