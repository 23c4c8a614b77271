// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.postlane.james.Parameters;

/** How much is asked of an address; each level asks for what those before it ask for. */
enum AddressLevel {
    /** What James can read. */
    NONE,
    /** The characters and lengths of RFC 5321. */
    SYNTAX,
    /** A form that mail of the internet has. */
    STRICT,
    /** A domain that mail can be sent to. */
    DOMAIN;

    /** What an administrator has written: one of the levels up to {@code highest}, or {@code syntax} where it is nothing. */
    static AddressLevel read(Parameters parameters, String key, AddressLevel highest) {
        List<AddressLevel> possible = Arrays.stream(values()).filter(highest::includes).collect(Collectors.toList());
        String expected = possible.stream().map(AddressLevel::toString).collect(Collectors.joining(", "));
        return parameters.text(key, expected).map(text -> possible.stream()
            .filter(level -> level.toString().equals(text.toLowerCase(Locale.ROOT))).findFirst()
            .orElseThrow(() -> parameters.error(key, expected))).orElse(SYNTAX);
    }

    boolean includes(AddressLevel other) {
        return compareTo(other) >= 0;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
