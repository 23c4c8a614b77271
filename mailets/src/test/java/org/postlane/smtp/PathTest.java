// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        "a@b>", "<a@b", "\u00fc@b", "a@\u00fc", "a\u007f@b", "\"a\u0085\"@b"})
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
        String longest = "a@" + "b".repeat(252);
        assertThat(Path.of(longest).toString()).hasSize(256);
        assertThatIllegalArgumentException().isThrownBy(() -> Path.of(longest + "b"));
    }

    @Test
    void theNullPathIsTwoBrackets() {
        assertThat(Path.NULL).hasToString("<>").isNotEqualTo(Path.of("a@b")).isEqualTo(Path.NULL);
    }

    @RepeatedTest(10)
    void randomTextIsRefusedOrHasOneEnd(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String alphabet = "ab@.\"\\<> \r\n\0\u00e9";
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

    @Test
    void dsnWishesCannotBeginAnotherParameterOrCommand() {
        Path path = Path.of("a@b");
        for (String orcpt : new String[] {"rfc822 SIZE=1;x@y", "x@y", ";x", "rfc822;", "rfc822;a\r\nb",
            "rfc822;" + "a".repeat(500)}) {
            assertThatIllegalArgumentException().isThrownBy(() ->
                new Envelope.Recipient(path, java.util.Set.of(), java.util.Optional.of(orcpt)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new Envelope.Recipient(path,
            java.util.Set.of(Envelope.Notify.NEVER, Envelope.Notify.DELAY), java.util.Optional.empty()));
        for (String envid : new String[] {"a\r\nDATA", "a\0", "a".repeat(101)}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new Envelope(path,
                java.util.List.of(Envelope.Recipient.of(path)),
                java.util.Optional.empty(), java.util.Optional.of(envid)));
        }
        assertThatCode(() -> new Envelope(path, java.util.List.of(Envelope.Recipient.of(path)), java.util.Optional.empty(),
            java.util.Optional.of("a b"))).doesNotThrowAnyException();
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
