// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.postlane.testing.Violation.Kind;

/** The parameters of MAIL and RCPT: whether they were offered, and whether they follow their grammar. */
final class ParameterCheck {
    /** RFC 3461, 4: what is behind the plus is printable or blank once it is decoded. */
    private static final String XTEXT = "(?:[!-*,-<>-~]|\\+(?:09|[2-6][0-9A-F]|7[0-9A-E]))+";
    /** RFC 6533, 3. */
    private static final String UTF8_ADDRESS = "(?:[!-*,-<>-\\[\\]-~]|\\\\x\\{[0-9A-F]{2,6}\\}|[^\\x00-\\x7f])+";
    private static final String NO_VALUE = "";

    private static final Map<String, Rule> MAIL = Map.of(
        "SIZE", rule("SIZE", "\\d{1,20}"),
        "BODY", rule("8BITMIME", "7BIT|8BITMIME|BINARYMIME"),
        "SMTPUTF8", rule("SMTPUTF8", NO_VALUE),
        "RET", rule("DSN", "FULL|HDRS"),
        "ENVID", rule("DSN", "(?=.{1,100}$)" + XTEXT),
        "AUTH", rule("AUTH", "<>|" + XTEXT),
        "REQUIRETLS", rule("REQUIRETLS", NO_VALUE),
        // RFC 6710, 4.1.
        "MT-PRIORITY", rule("MT-PRIORITY", "-?[1-9]|0"),
        // RFC 2852, 4: with R the time is over zero.
        "BY", rule("DELIVERBY", "(?:\\+?(?!0+;)\\d{1,9};R|[+-]?\\d{1,9};N)T?"));
    private static final Map<String, Rule> RCPT = Map.of(
        "NOTIFY", rule("DSN", "NEVER|(?!.*(SUCCESS|FAILURE|DELAY).*\\1)(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*"),
        "ORCPT", rule("DSN", "(?=.{1,500}$)(?:(?i:utf-8);" + UTF8_ADDRESS + "|(?!(?i:utf-8);)[A-Za-z0-9-]+;" + XTEXT + ")"),
        // RFC 7293, 3.1.
        "RRVS", rule("RRVS", "\\d{4}-\\d\\d-\\d\\dT[0-9:.Z+-]+(?:;[CR])?"));

    private final Session session;
    private final Connection connection;
    private final Settings settings;

    ParameterCheck(Session session, Connection connection, Settings settings) {
        this.session = session;
        this.connection = connection;
        this.settings = settings;
    }

    /**
     * What is known of a parameter.
     *
     * @param extension has to be offered before it may be used
     */
    private record Rule(String extension, Pattern value) {
    }

    private static Rule rule(String extension, String value) {
        // The hexadecimal digits of xtext alone tell upper case from lower.
        return new Rule(extension, Pattern.compile(value, value.contains(XTEXT) ? 0 : Pattern.CASE_INSENSITIVE));
    }

    void mail(CommandLine.Path path) {
        check(path, MAIL);
        if (has(path.parameters(), "REQUIRETLS") && !connection.isTls()) {
            session.violation(Kind.REQUIRETLS_IN_THE_CLEAR, path.parameters());
        }
    }

    void rcpt(CommandLine.Path path) {
        check(path, RCPT);
    }

    private void check(CommandLine.Path path, Map<String, Rule> rules) {
        Set<String> seen = new HashSet<>();
        for (String parameter : words(path.parameters())) {
            String[] parts = parameter.split("=", 2);
            String keyword = parts[0].toUpperCase(Locale.ROOT);
            Rule rule = rules.get(keyword);
            if (rule == null || !offered(rule.extension(), parts)) {
                session.violation(Kind.UNOFFERED_PARAMETER, parameter);
            }
            boolean wellFormed = rule == null || (rule.value().pattern().isEmpty()
                ? parts.length == 1
                : parts.length == 2 && rule.value().matcher(parts[1]).matches());
            if (!wellFormed || !seen.add(keyword)) {
                session.violation(Kind.MALFORMED_PARAMETER, parameter);
            }
        }
    }

    private boolean offered(String extension, String[] parts) {
        if (extension.equals("AUTH")) {
            return settings.credentials() != null;
        }
        if (parts.length == 2 && parts[1].equalsIgnoreCase("BINARYMIME")) {
            // RFC 3030, 3: the one is of no use without the other.
            return session.offered("BINARYMIME") && session.offered("CHUNKING");
        }
        return session.offered(extension);
    }

    /** The value of a parameter in upper case; empty where it is not there or has none. */
    static String value(String parameters, String keyword) {
        return words(parameters).stream()
            .filter(word -> word.regionMatches(true, 0, keyword + "=", 0, keyword.length() + 1))
            .map(word -> word.substring(keyword.length() + 1).toUpperCase(Locale.ROOT))
            .findFirst().orElse("");
    }

    /** Whether a parameter is there, with or without a value. */
    static boolean has(String parameters, String keyword) {
        return words(parameters).stream().anyMatch(word -> word.split("=", 2)[0].equalsIgnoreCase(keyword));
    }

    private static List<String> words(String parameters) {
        return parameters.isEmpty() ? List.of() : List.of(parameters.split(" +"));
    }
}
