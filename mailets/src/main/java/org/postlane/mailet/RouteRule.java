// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One rule of {@code <routes>} as it is written: {@code partner.example = relay1:2525 (user=joe), relay2 tls=verified}. What
 * stands in parentheses is about the one gateway before it, what stands bare at the end about all of the rule. It knows how
 * rules are put together and not what their words mean. No message shows what is right of the equals sign, where passwords
 * may be. Immutable.
 */
final class RouteRule {
    private static final String BREAKS = ";\n\r";
    private static final String FORM = "DOMAIN = mx, or DOMAIN = HOST, HOST; options in parentheses behind one host, or at the"
        + " end for all of them; a value with blanks or any of ; , ( ) in double quotes";

    private final List<String> matches;
    private final List<Target> targets;
    private final Map<String, String> options;

    private RouteRule(List<String> matches, List<Target> targets, Map<String, String> options) {
        this.matches = matches;
        this.targets = targets;
        this.options = options;
    }

    /** What the rule is about: {@code example.org}, {@code from:news.example}, {@code from:news.example *.example.org}. */
    List<String> matches() {
        return matches;
    }

    /** Where to. */
    List<Target> targets() {
        return targets;
    }

    /** What holds for all targets. */
    Map<String, String> options() {
        return options;
    }

    /** One host of a rule, and what holds for it alone. Immutable. */
    static final class Target {
        private final String host;
        private final Map<String, String> options;

        private Target(String host, Map<String, String> options) {
            this.host = host;
            this.options = options;
        }

        String host() {
            return host;
        }

        Map<String, String> options() {
            return options;
        }
    }

    /**
     * Takes the rules apart: at semicolons and line ends, unless those stand in quotes or parentheses, or the line ends with a
     * comma or an equals sign.
     */
    static List<String> split(String text) {
        List<String> rules = new ArrayList<>();
        StringBuilder rule = new StringBuilder();
        boolean quoted = false;
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            depth += quoted ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
            boolean goesOn = quoted || depth > 0 || (c != ';' && endsOpen(rule));
            if (BREAKS.indexOf(c) >= 0 && !goesOn) {
                rules.add(rule.toString().trim());
                rule.setLength(0);
            } else {
                rule.append(c);
            }
        }
        rules.add(rule.toString().trim());
        rules.removeIf(String::isEmpty);
        return rules;
    }

    private static boolean endsOpen(StringBuilder rule) {
        String soFar = rule.toString().stripTrailing();
        return soFar.endsWith(",") || soFar.endsWith("=");
    }

    /**
     * Reads one rule.
     *
     * @throws IllegalArgumentException that says what was expected
     */
    static RouteRule parse(String rule) {
        int equals = rule.indexOf('=');
        if (equals < 0) {
            throw expected();
        }
        List<String> matches = new ArrayList<>();
        for (String match : rule.substring(0, equals).split(",", -1)) {
            matches.add(String.join(" ", match.trim().split("\\s+")));
        }
        return new Reader(rule.substring(equals + 1)).read(matches);
    }

    private static IllegalArgumentException expected() {
        return new IllegalArgumentException("expected " + FORM);
    }

    /** Reads the right side, from left to right. */
    private static final class Reader {
        private final String text;
        private int at;

        private Reader(String text) {
            this.text = text;
        }

        private RouteRule read(List<String> matches) {
            List<Target> targets = new ArrayList<>();
            do {
                String host = word().orElseThrow(RouteRule::expected);
                targets.add(new Target(host, skip('(') ? inParentheses() : Map.of()));
            } while (skip(','));
            Map<String, String> options = options();
            if (at < text.length()) {
                throw expected();
            }
            return new RouteRule(matches, List.copyOf(targets), options);
        }

        private Map<String, String> inParentheses() {
            Map<String, String> options = options();
            if (!skip(')')) {
                throw expected();
            }
            return options;
        }

        private Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            for (Optional<String> word = word(); word.isPresent(); word = word()) {
                int equals = word.get().indexOf('=');
                if (equals < 1) {
                    throw expected();
                }
                String key = word.get().substring(0, equals);
                if (options.put(key, word.get().substring(equals + 1)) != null) {
                    throw new IllegalArgumentException("expected the option " + key + "= once");
                }
            }
            return options;
        }

        private boolean skip(char wanted) {
            skipBlanks();
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                return true;
            }
            return false;
        }

        private void skipBlanks() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        /** A word, without the quotes that may be in it; two quotes within quotes are one. */
        private Optional<String> word() {
            skipBlanks();
            int begin = at;
            StringBuilder word = new StringBuilder();
            boolean quoted = false;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"' && quoted && text.startsWith("\"\"", at)) {
                    word.append(c);
                    at++;
                } else if (c == '"') {
                    quoted = !quoted;
                } else if (!quoted && (Character.isWhitespace(c) || ",()".indexOf(c) >= 0)) {
                    break;
                } else {
                    word.append(c);
                }
            }
            if (quoted) {
                throw new IllegalArgumentException("expected a quotation mark at the end of a quoted value");
            }
            return at == begin ? Optional.empty() : Optional.of(word.toString());
        }
    }
}
