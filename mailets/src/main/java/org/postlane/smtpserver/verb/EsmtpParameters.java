// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parameters behind the address of MAIL or RCPT (RFC 5321 4.1.2). Immutable. */
final class EsmtpParameters {
    private static final Pattern PARAMETER =
        Pattern.compile("([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\\x21-\\x3c\\x3e-\\x7e]+))?");

    private final Map<String, Optional<String>> values = new LinkedHashMap<>();
    private boolean wellFormed = true;

    /**
     * Reads them from where James does.
     *
     * @param argument what stands behind the verb
     * @param closing whether the address ends at the first angle bracket (MAIL) or at the last (RCPT)
     */
    private EsmtpParameters(String argument, Closing closing) {
        int end = closing == Closing.FIRST ? argument.indexOf('>', argument.indexOf('<')) : argument.lastIndexOf('>');
        String behind = end > 0 ? argument.substring(end + 1) : "";
        if (behind.isBlank()) {
            return;
        }
        // One blank each: James takes two for a parameter without a name.
        wellFormed = behind.startsWith(" ");
        for (String text : behind.substring(1).split(" ", -1)) {
            Matcher parameter = PARAMETER.matcher(text);
            if (!parameter.matches() || values.put(parameter.group(1).toUpperCase(Locale.US),
                    Optional.ofNullable(parameter.group(2))) != null) {
                wellFormed = false;
            }
        }
    }

    /** Where the address ends. */
    private enum Closing {
        FIRST, LAST
    }

    static EsmtpParameters ofMail(String argument) {
        return new EsmtpParameters(argument, Closing.FIRST);
    }

    static EsmtpParameters ofRcpt(String argument) {
        return new EsmtpParameters(argument, Closing.LAST);
    }

    /** Whether each reads like a parameter, and none stands there twice. */
    boolean areWellFormed() {
        return wellFormed;
    }

    /** Keywords in capitals, and their values as they stand. */
    Map<String, Optional<String>> values() {
        return values;
    }

    /** The value of a keyword; empty where there is none. */
    Optional<String> value(String keyword) {
        return values.getOrDefault(keyword, Optional.empty());
    }
}
