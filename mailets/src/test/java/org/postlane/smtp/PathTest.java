// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTest {
    @ParameterizedTest
    @ValueSource(strings = {"a@b.example", "a.b+c=d@example.org", "x@[127.0.0.1]", "x@[IPv6:::1]", "\"a b\"@example.org",
        "\"<>\"@example.org", "\"a\\\"b\"@example.org", "\"a@b\"@example.org", "\"\"@example.org", "o'neil/x@example.org"})
    void aMailboxStandsInAngleBracketsAsItIs(String mailbox) {
        assertThat(Path.of(mailbox)).hasToString("<" + mailbox + ">");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@b\r\nRCPT TO:<c@d>", "a\n@b", "a\0@b", "a@b\0", "\"a\r\nb\"@c", "\"a\0\"@c", "a b@c", "a@b c",
        "a>@b",
        "a@b>", "<a@b", "a@b@c", "a\u007f@b", "\"a\u0085\"@b", "a\u2028b@c", "\"a\u2029b\"@c",
        "a\ud800@b", "\udc00a@b", "a@b\ud83d", "a\ufffdb@c", "a@b\u3002c", "a@\uff42", "a@b\uff1ec"})
    void whatCouldEndACommandOrBeginAnotherIsRefused(String mailbox) {
        assertThatIllegalArgumentException().isThrownBy(() -> Path.of(mailbox));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a\"> SIZE=1 <\"b\"@c", "\"a\"> NOTIFY=NEVER \"b\"@c", "\"a\\\"@c", "\"@c", "\"a@c", "a\"@c",
        "a\"b\"@c", "a@c\"d\"", "\"a\"b@c"})
    void aQuotedLocalPartThatEndsEarlyCannotCarryParametersOfItsOwn(String mailbox) {
        assertThatIllegalArgumentException().isThrownBy(() -> Path.of(mailbox));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "a", "a@", "@b"})
    void aMailboxHasALocalPartAndADomain(String mailbox) {
        assertThatIllegalArgumentException().isThrownBy(() -> Path.of(mailbox));
    }

    @Test
    void aPathHasAtMost256Octets() {
        String longest = "a@" + ("b".repeat(62) + ".").repeat(3) + "b".repeat(63);
        assertThat(Path.of(longest).toString()).hasSize(256);
        assertThatIllegalArgumentException().isThrownBy(() -> Path.of("b" + longest)).withMessageContaining("256");
    }

    @Test
    void theLengthOfAPathCountsOctetsOfUtf8() {
        String domain = "@a.example";
        String longest = "\u00fc".repeat(121) + "xx" + domain;
        assertThat(Path.of(longest).toString().getBytes(UTF_8)).hasSize(256);
        assertThatIllegalArgumentException().isThrownBy(() -> Path.of("x" + longest)).withMessageContaining("256");
        assertThatIllegalArgumentException().isThrownBy(() -> Path.of("\ud83d\ude00".repeat(64) + domain));
    }

    @Test
    void aLocalPartMayBeLongerThanWhatEveryServerMustTake() {
        String verp = "bounces+" + "x".repeat(100) + "=example.org";
        assertThat(Path.of(verp + "@list.example").mailbox()).startsWith(verp);
    }

    @ParameterizedTest
    @CsvSource({"j\u00f6rg@example.org,j\u00f6rg@example.org",
        "\u7528\u6237@\u4f8b\u3048.\u30c6\u30b9\u30c8,\u7528\u6237@xn--r8jz45g.xn--zckzah",
        "\"j\u00f6 rg\"@example.org,\"j\u00f6 rg\"@example.org", "\ud83d\ude00@example.org,\ud83d\ude00@example.org",
        "a@stra\u00dfe.example,a@stra\u00dfe.example"})
    void whatCannotBeSaidInAsciiNeedsSmtpUtf8(String mailbox, String written) {
        Path path = Path.of(mailbox);
        assertThat(path.needsSmtpUtf8()).isTrue();
        assertThat(path.mailbox()).isEqualTo(written);
    }

    @Test
    void aDomainThatHasALabelsNeedsNoSmtpUtf8() {
        Path path = Path.of("a@B\u00fccher.example");
        assertThat(path.needsSmtpUtf8()).isFalse();
        assertThat(path).hasToString("<a@xn--bcher-kva.example>").isEqualTo(Path.of("a@xn--bcher-kva.example"));
        assertThat(Path.NULL.needsSmtpUtf8()).isFalse();
    }

    @Test
    void noControlOrLineEndStandsAnywhereInAPath() {
        String[] places = {"%sa@b.c", "a%sa@b.c", "a%s@b.c", "\"%sa\"@b.c", "\"a%s\"@b.c", "\"\\%s\"@b.c", "a@%sb.c", "a@b%s.c",
            "a@b.%sc", "a@b.c%s", "a@[127.0.0.1%s]", "a@[IPv6:::1%s]"};
        for (String bad : HostileText.UNSAFE) {
            for (String place : places) {
                assertThatIllegalArgumentException().as("%s in %s", (int) bad.charAt(0), place)
                    .isThrownBy(() -> Path.of(String.format(place, bad)))
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain(bad));
            }
        }
    }

    @Test
    void theNullPathIsTwoBrackets() {
        assertThat(Path.NULL).hasToString("<>").isNotEqualTo(Path.of("a@b")).isEqualTo(Path.NULL);
    }

    @RepeatedTest(10)
    void randomTextIsRefusedOrHasOneEnd(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String alphabet = "ab@.\"\\<> \r\n\0\u00e9\u00df\u3002\u2028\ud83d\ude00\uff1e[]:";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(12); j >= 0; j--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                String path = Path.of(text.toString()).toString();
                assertThat(endOfPath(path)).as(path).isEqualTo(path.length() - 1);
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).doesNotContain("\r", "\n", "\0");
            }
        }
    }

    /** Where a server that reads quotes ends the path. */
    private static int endOfPath(String path) {
        boolean quoted = false;
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                return i;
            }
        }
        return -1;
    }
}
