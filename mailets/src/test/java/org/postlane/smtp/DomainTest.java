// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "mx.example.org", "MX.Example.org", "a", "1.2.example", "x--y.example", "_dmarc.example",
        "xn--bcher-kva.example", "[127.0.0.1]", "[255.255.255.255]", "[IPv6:::1]", "[ipv6:2001:DB8::1]",
        "[IPv6:::ffff:192.0.2.1]",
        "[IPv6:1:2:3:4:5:6:7:8]"})
    void aNameOrLiteralIsWrittenAsItIs(String text) {
        assertThat(Domain.of(text)).hasToString(text);
        assertThat(Domain.of(text).needsSmtpUtf8()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "a b", "a@b", "a>b", "a<b", "a:b", "a/b", "a\"b", "a\\b", "(a)",
        "[", "]", "[]",
        "[a]", "[1.2.3]", "[1.2.3.256]", "[1.2.3.4", "1.2.3.4]", "[::1]", "[IPv6:]", "[IPv6:::1%eth0]", "[IPv6:[::1]]",
        "[IPv6:1.2.3.4]",
        "[IPv6:1::2::3]", "[IPv6:12345::]", "[tag:x]", "[1.2.3.4] SIZE=1", "[IPv6:::1]>", "\uff41.example", "a\u3002b",
        "a\uff0eb",
        "a\uff61b", "a\uff1eb", "a\u00a0b", "a\u2024b", "a\u2260b"})
    void whatIsNoDomainIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Domain.of(text));
    }

    @Test
    void noControlOrLineEndStandsAnywhere() {
        for (String bad : HostileText.UNSAFE) {
            for (String place : new String[] {"%sa.b", "a%s.b", "a.%sb", "a.b%s", "[%s127.0.0.1]", "[127.0.0.1]%s",
                "[IPv6:::1%s]",
                "\u00fc%s.b"}) {
                assertThatIllegalArgumentException().isThrownBy(() -> Domain.of(String.format(place, bad)))
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain(bad));
            }
        }
    }

    @Test
    void aLabelHasAtMost63OctetsAndADomain255() {
        String label = "a".repeat(63);
        assertThat(Domain.of(label)).hasToString(label);
        assertThatIllegalArgumentException().isThrownBy(() -> Domain.of(label + "a"));
        String longest = String.join(".", label, label, label, label);
        assertThat(Domain.of(longest).toString()).hasSize(255);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Domain.of("a." + longest.substring(1))).withMessageContaining("255");
        assertThatIllegalArgumentException().isThrownBy(() -> Domain.of("\u00fc.".repeat(60) + "example"))
            .withMessageContaining("255");
    }

    @ParameterizedTest
    @CsvSource({"b\u00fccher.example,xn--bcher-kva.example", "B\u00dcCHER.Example,xn--bcher-kva.Example",
        "\u043f\u043e\u0447\u0442\u0430.\u0440\u0444,xn--80a1acny.xn--p1ai",
        "\u4f8b\u3048.\u30c6\u30b9\u30c8,xn--r8jz45g.xn--zckzah",
        "\u0625\u062e\u062a\u0628\u0627\u0631.example,xn--kgbechtv.example"})
    void anInternationalizedNameIsWrittenAsALabels(String text, String written) {
        assertThat(Domain.of(text)).hasToString(written);
        assertThat(Domain.of(text).needsSmtpUtf8()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stra\u00dfe.example", "\u03b2\u03cc\u03bb\u03bf\u03c2.example", "a\u200cb.example",
        "a\u200db.example",
        "\ua7a1.example"})
    void aNameThatOlderRulesWouldTurnIntoAnotherIsLeftAsItIs(String text) {
        assertThat(Domain.of(text)).hasToString(text);
        assertThat(Domain.of(text).needsSmtpUtf8()).isTrue();
    }

    @Test
    void theLiteralOfAnAddressIsOne() throws UnknownHostException {
        for (String address : new String[] {"127.0.0.1", "::1", "2001:db8::1", "fe80::1%1", "::ffff:1.2.3.4"}) {
            Domain literal = Domain.literal(InetAddress.getByName(address));
            assertThat(Domain.of(literal.toString())).isEqualTo(literal);
            assertThat(literal.toString()).doesNotContain("%");
        }
        assertThat(Domain.literal(InetAddress.getByName("::1"))).hasToString("[IPv6:::1]");
        assertThat(Domain.literal(InetAddress.getByName("192.0.2.1"))).hasToString("[192.0.2.1]");
    }

    @Test
    void caseMakesNoDifference() {
        assertThat(Domain.of("MX.Example")).isEqualTo(Domain.of("mx.example")).hasSameHashCodeAs(Domain.of("mx.example"));
    }

    @RepeatedTest(5)
    void randomTextIsRefusedOrIsOneWord(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        for (int i = 0; i < 4_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(6); j >= 0; j--) {
                text.appendCodePoint(random.nextInt(3) == 0 ? "a.-[]:1".charAt(random.nextInt(7))
                    : random.nextInt(random.nextBoolean() ? 0x3100 : 0x20000));
            }
            try {
                String written = Domain.of(text.toString()).toString();
                assertThat(written).matches("[^\\s\\p{Cntrl}<>@\"\\\\]+");
                assertThat(Domain.of(written)).as("written again").hasToString(written);
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).doesNotContain("\r", "\n", "\0");
            }
        }
    }
}
