// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

import com.google.common.net.InetAddresses;

/** Which answers of a DNS list say that it has an address. Immutable. */
final class ListAnswers {
    static final String EXPECTED =
        "addresses in 127.0.0.0/8 or ranges of them, such as 127.0.0.2, 127.0.0.4-127.0.0.7, separated by commas";
    /**
     * RFC 5782 2.1; never 127.0.0.1, nor those by which lists say that they do not answer whoever asks (127.255.255.x), nor what
     * a domain answers that is no list any more.
     */
    static final ListAnswers DEFAULT = parse("127.0.0.2-127.255.254.255");

    private final List<int[]> ranges = new ArrayList<>();

    private ListAnswers() {
    }

    /** @throws IllegalArgumentException for what is no such thing */
    static ListAnswers parse(String text) {
        ListAnswers answers = new ListAnswers();
        for (String entry : text.trim().split("[,\\s]+")) {
            String[] ends = entry.split("-", -1);
            if (ends.length > 2) {
                throw new IllegalArgumentException(entry);
            }
            int first = number(ends[0]);
            int last = number(ends[ends.length - 1]);
            if (first > last) {
                throw new IllegalArgumentException(entry);
            }
            answers.ranges.add(new int[] {first, last});
        }
        return answers;
    }

    private static int number(String address) {
        if (!address.startsWith("127.") || !InetAddresses.isInetAddress(address)) {
            throw new IllegalArgumentException(address);
        }
        return InetAddresses.coerceToInteger(InetAddresses.forString(address));
    }

    boolean contains(InetAddress answer) {
        if (!(answer instanceof Inet4Address)) {
            return false;
        }
        int number = InetAddresses.coerceToInteger(answer);
        return ranges.stream().anyMatch(range -> number >= range[0] && number <= range[1]);
    }
}
