// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells the messages of the corpus apart without touching them: each is sent under an EHLO name of its own, which the server
 * writes into the Received field in front.
 */
final class Mark {
    private static final Pattern IN_RECEIVED = Pattern.compile("\\(EHLO m([0-9]{1,6})\\.corpus\\.example\\)");

    private Mark() {
    }

    static String ehloName(int index) {
        return "m" + index + ".corpus.example";
    }

    /** The number of the message; empty where it bears no mark. */
    static Optional<Integer> indexIn(byte[] content) {
        Matcher matcher = IN_RECEIVED.matcher(new String(content, ISO_8859_1));
        return matcher.find() ? Optional.of(Integer.valueOf(matcher.group(1))) : Optional.empty();
    }
}
