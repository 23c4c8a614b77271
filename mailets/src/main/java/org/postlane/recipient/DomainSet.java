// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.net.IDN;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.apache.james.core.Domain;

/**
 * Domains as an administrator writes them: {@code example.org} for that domain, {@code .example.org} for the domains under it
 * and not for itself. International names may be written in either form, as A-labels or as U-labels (RFC 5890 2.3.2.1); both
 * are the same domain. Immutable.
 */
final class DomainSet {
    static final String EXPECTED = "a domain: example.org for that domain, .example.org for the domains under it and not for "
        + "itself; letters, digits and hyphens (RFC 1123 2.1), international names in either form (RFC 5890 2.3.2.1)";

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    /** RFC 1035 2.3.4: 255 octets on the wire, which leaves 253 characters. */
    private static final int MAX_LENGTH = 253;
    /** RFC 5894 7.2: what the JDK (IDNA2003) would turn into another domain, or drop, and IDNA2008 does not. */
    private static final Pattern DEVIATIONS = Pattern.compile("[\u00df\u03c2\u200c\u200d]");

    private final Set<String> entries;

    private DomainSet(Set<String> entries) {
        this.entries = entries;
    }

    /**
     * The domains of these entries.
     *
     * @throws IllegalArgumentException whose message is what was expected, for the first that is none
     */
    static DomainSet of(Collection<String> written) {
        Set<String> entries = new TreeSet<>();
        written.forEach(entry -> entries.add(normalise(entry)));
        return new DomainSet(entries);
    }

    static String normalise(String entry) {
        boolean under = entry.startsWith(".");
        String name = under ? entry.substring(1) : entry;
        if (DEVIATIONS.matcher(name).find()) {
            throw new IllegalArgumentException(EXPECTED + "; this name is another one in older programs, so write it in "
                + "ASCII (xn--\u2026)");
        }
        String ascii = toAscii(name);
        String[] labels = ascii.split("\\.", -1);
        for (String label : labels) {
            if (ascii.length() > MAX_LENGTH || !LABEL.matcher(label).matches()) {
                throw new IllegalArgumentException(EXPECTED);
            }
        }
        if (labels[labels.length - 1].matches("\\d+")) {
            throw new IllegalArgumentException(EXPECTED);
        }
        if (under && labels.length == 1) {
            throw new IllegalArgumentException(EXPECTED + "; a whole top-level domain would open this server to anyone's mail");
        }
        return under ? "." + ascii : ascii;
    }

    /** The name in lower case and in A-labels; as it is, where it has none. */
    private static String toAscii(String name) {
        String lower = name.toLowerCase(Locale.US);
        if (lower.chars().allMatch(c -> c < 0x80) || DEVIATIONS.matcher(lower).find()) {
            return lower;
        }
        try {
            return IDN.toASCII(lower, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.US);
        } catch (IllegalArgumentException e) {
            return lower;
        }
    }

    boolean contains(Domain domain) {
        String name = toAscii(domain.asString());
        if (entries.contains(name)) {
            return true;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (dot > 0 && entries.contains(name.substring(dot))) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return entries.size();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DomainSet && entries.equals(((DomainSet) other).entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    /** The entries as a parameter holds them. */
    @Override
    public String toString() {
        return String.join(", ", entries);
    }
}
