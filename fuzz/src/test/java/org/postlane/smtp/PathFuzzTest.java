// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/** An address from a mail that somebody else wrote. */
class PathFuzzTest {
    static Stream<Arguments> seeds() {
        return Inputs.seeds("user@example.org", "\"a b>c\"@example.org", "\"a\\\"b\\\\\"@[192.0.2.1]", "a@[IPv6:2001:db8::1]",
            "\"\"@x", "\"@\"@x", "a\"b\"@x", "\"a\"b@x", "\"a\\\"@x", "a@b@c", "@x", "x@", "", "a b@c", "<a@b>", "a@b>",
            "a@b\r\nRCPT TO:<x@y>", "a\0@b", "a@b\n", "\"\r\n\"@b", "a@b SIZE=1", "a".repeat(242) + "@example.org",
            "a".repeat(243) + "@example.org", "j\u00c3\u00b6rg@example.org", "a@\u00c3\u00a9.example", "a\\@b@c", "a\u007f@b",
            "a@xn--9ca.example", "a@stra\u00c3\u009fe.example", "a@\u00ef\u00bc\u00a5.example", "a@_x-.y", "a@x..y",
            "\u00e2\u0080\u00a8@x", "a@[IPv6:::ffff:192.0.2.1]", "a@[IPv6:fe80::1%25]");
    }

    @MethodSource("seeds")
    @FuzzTest
    void whatConstructsStaysWithinItsAngleBrackets(byte[] input) {
        String text = new String(input, UTF_8);
        Path path;
        try {
            path = Path.of(text);
        } catch (IllegalArgumentException refused) {
            ReplyText.check(refused.getMessage());
            return;
        }
        boolean ascii = path.mailbox().chars().allMatch(c -> c < 0x80);
        assertThat(path.needsSmtpUtf8()).isEqualTo(!ascii);
        if (text.chars().allMatch(c -> c < 0x80)) {
            assertThat(path.mailbox()).isEqualTo(text);
        }
        // The part that nobody but the server of the mailbox may touch.
        assertThat(path.mailbox()).startsWith(text.substring(0, text.lastIndexOf('@') + 1));
        assertThat(path.toString()).isEqualTo("<" + path.mailbox() + ">");
        assertThat(path.toString().getBytes(UTF_8).length).isLessThanOrEqualTo(SmtpLimits.PATH_OCTETS);
        assertThat(new String(path.toString().getBytes(UTF_8), UTF_8)).isEqualTo(path.toString());
        assertThat(Path.of(path.mailbox())).isEqualTo(path).hasSameHashCodeAs(path);
        PathReader.check(path.toString());
    }
}
