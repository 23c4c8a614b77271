// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What no value that goes into a command may hold, at any place. */
final class HostileText {
    /** Every C0 and C1 control, DEL, Unicode's line ends, half surrogate pairs, and what a decoder leaves of a lost octet. */
    static final List<String> UNSAFE = Stream.concat(
        IntStream.concat(IntStream.rangeClosed(0, 0x1f), IntStream.rangeClosed(0x7f, 0x9f)).mapToObj(Character::toString),
        Stream.of("\r\nDATA", "\u2028", "\u2029", "\ud83d", "\ude00", "\ufffd")).toList();

    private HostileText() {
    }
}
