// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.net.IDN;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.apache.james.core.Domain;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

/**
 * The domains that this server forwards for without holding their mailboxes. Any mailet may declare them, and all that do
 * must declare the same ones: the SMTP server, which has no parameter for it, lets mail to them in for everyone.
 *
 * <p>One for the whole James. Safe for use by several threads.
 */
public final class RelayDomains {
    /** The parameter by which mailets declare them. */
    public static final String PARAMETER = "relayDomains";

    private static final String EXPECTED = "domains separated by commas: example.org for that domain, .example.org for the "
        + "domains under it and not for itself; ASCII letters, digits and hyphens (RFC 1123 2.1)";
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    /** RFC 1035 2.3.4: 255 octets on the wire, which leaves 253 characters. */
    private static final int MAX_LENGTH = 253;

    /** What was declared, and where. */
    private static final class Declaration {
        private final String where;
        private final Set<String> entries;

        private Declaration(String where, Set<String> entries) {
            this.where = where;
            this.entries = entries;
        }

        private String asElement() {
            return "<" + PARAMETER + ">" + String.join(", ", entries) + "</" + PARAMETER + ">";
        }
    }

    private volatile Optional<Declaration> declaration = Optional.empty();

    /**
     * Declares what the administrator wrote in the element, if anything.
     *
     * @throws ConfigurationError where an entry is no domain, or another element declares other domains
     */
    public void declare(Parameters parameters) {
        parameters.text(PARAMETER, EXPECTED).ifPresent(text -> declare(parameters.where(), text));
    }

    /**
     * Declares the domains in a text, entries separated by commas.
     *
     * @param where the file and the element, for messages
     * @throws ConfigurationError where an entry is no domain, or another element declares other domains
     */
    public synchronized void declare(String where, String text) {
        Set<String> entries = new TreeSet<>();
        Arrays.stream(text.split(",", -1)).forEach(entry -> entries.add(normalise(where, entry)));
        Declaration wanted = new Declaration(where, entries);
        declaration.filter(present -> !present.entries.equals(wanted.entries)).ifPresent(present -> {
            throw new ConfigurationError(wanted.where + ": " + wanted.asElement() + " differs from " + present.asElement()
                + " in " + present.where + ": expected the same domains wherever they are declared");
        });
        if (declaration.isEmpty()) {
            declaration = Optional.of(wanted);
        }
    }

    /** Takes what another has been declared, in place of its own: the configuration was read anew. */
    public synchronized void become(RelayDomains other) {
        declaration = other.declaration;
    }

    private static String normalise(String where, String entry) {
        String text = entry.trim();
        String name = text.startsWith(".") ? text.substring(1) : text;
        if (!name.chars().allMatch(c -> c < 0x80)) {
            throw new ConfigurationError(where, PARAMETER, text, EXPECTED + asciiHint(name));
        }
        String[] labels = name.toLowerCase(Locale.US).split("\\.", -1);
        boolean valid = name.length() <= MAX_LENGTH
            && Arrays.stream(labels).allMatch(label -> LABEL.matcher(label).matches())
            && !labels[labels.length - 1].matches("\\d+");
        if (!valid) {
            throw new ConfigurationError(where, PARAMETER, text, EXPECTED);
        }
        if (text.startsWith(".") && labels.length == 1) {
            throw new ConfigurationError(where, PARAMETER, text, EXPECTED
                + "; a whole top-level domain would let anyone relay to it");
        }
        return text.toLowerCase(Locale.US);
    }

    private static String asciiHint(String name) {
        try {
            return "; in ASCII it reads " + IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Whether the domain is one of them; false for all while nothing is declared. */
    public boolean contains(Domain domain) {
        return declaration.map(declared -> matches(declared.entries, domain.asString().toLowerCase(Locale.US))).orElse(false);
    }

    private static boolean matches(Set<String> entries, String name) {
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
}
