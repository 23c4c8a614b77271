// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** What a server was built with. Credentials and TLS are null where they are not offered. */
record Settings(
    List<String> extensions,
    TestTls startTls,
    TestTls implicitTls,
    Credentials credentials,
    boolean authNeedsTls,
    boolean authRequired,
    Behaviour behaviour,
    boolean lmtp,
    boolean lenientContent,
    int maxConnections,
    int idleMillis,
    boolean keepMails,
    boolean keepTranscripts) {

    /**
     * The one login that is right.
     *
     * @param mechanisms what AUTH offers
     * @param iterations what SCRAM demands
     */
    record Credentials(String user, String secret, List<String> mechanisms, int iterations) {
    }

    boolean offers(String keyword) {
        return extensions.stream().anyMatch(line -> keyword(line).equals(keyword));
    }

    /** The limit of SIZE (RFC 1870), where one is offered. */
    OptionalLong sizeLimit() {
        return extensions.stream()
            .filter(line -> keyword(line).equals("SIZE") && line.length() > 5)
            .mapToLong(line -> Long.parseLong(line.substring(5).strip()))
            .filter(limit -> limit > 0)
            .findFirst();
    }

    /** Whether that many octets are more than SIZE allows. */
    boolean isTooLarge(long octets) {
        OptionalLong limit = sizeLimit();
        return limit.isPresent() && octets > limit.getAsLong();
    }

    private static String keyword(String line) {
        return line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
    }
}
