// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapabilitiesTest {
    @Test
    void theFirstLineIsTheServersNameAndNoKeyword() {
        Capabilities capabilities = Capabilities.ofLines("PIPELINING", "8bitmime", " DSN ", "");
        assertThat(capabilities.offers("PIPELINING")).isFalse();
        assertThat(capabilities.offers("8BITMIME")).isTrue();
        assertThat(capabilities.offers("dsn")).isTrue();
        assertThat(Capabilities.ofLines("mx").toString()).isEmpty();
    }

    @Test
    void theLimitOfSizeIsRead() {
        assertThat(Capabilities.ofLines("mx", "SIZE 1000").maxSize()).hasValue(1000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIZE", "SIZE 0", "SIZE -1", "SIZE x", "SIZE 99999999999999999999999", "SIZE=1000"})
    void aSizeWithoutSenseIsNoLimit(String line) {
        assertThat(Capabilities.ofLines("mx", line).maxSize()).isEmpty();
    }

    @Test
    void mechanismsOfBothSpellingsCount() {
        assertThat(Capabilities.ofLines("mx", "AUTH=LOGIN", "AUTH plain CRAM-MD5").authMechanisms())
            .containsExactlyInAnyOrder("LOGIN", "PLAIN", "CRAM-MD5");
        assertThat(Capabilities.ofLines("mx", "XAUTH PLAIN").authMechanisms()).isEmpty();
    }

    @Test
    void limitsAreReadAndNonsenseIsNot() {
        Capabilities capabilities = Capabilities.ofLines("mx", "LIMITS RCPTMAX=20 mailmax=5 RCPTDOMAINMAX=0 X=y Z");
        assertThat(capabilities.limit("RCPTMAX")).hasValue(20);
        assertThat(capabilities.limit("MAILMAX")).hasValue(5);
        assertThat(capabilities.limit("RCPTDOMAINMAX")).isEmpty();
        assertThat(capabilities.limit("X")).isEmpty();
        assertThat(Capabilities.NONE.limit("RCPTMAX")).isEmpty();
    }

    @Test
    void keywordsCanBeTakenAway() {
        Capabilities all = Capabilities.ofLines("mx", "PIPELINING", "CHUNKING", "SIZE 1000");
        Capabilities some = all.without(Set.of("chunking", "Size", "DSN"));
        assertThat(some.toString()).isEqualTo("PIPELINING");
        assertThat(some.offers("CHUNKING")).isFalse();
        assertThat(some.maxSize()).isEmpty();
        assertThat(all.offers("CHUNKING")).isTrue();
        assertThat(Capabilities.NONE.without(Set.of("DSN")).toString()).isEmpty();
    }

    @Test
    void theShortestTimeOfDeliverByIsRead() {
        assertThat(Capabilities.ofLines("mx", "DELIVERBY 240").deliverByMinimum()).hasValue(240);
        assertThat(Capabilities.ofLines("mx", "deliverby 240,X-NEW").deliverByMinimum()).hasValue(240);
        assertThat(Capabilities.ofLines("mx", "DELIVERBY 999999999").deliverByMinimum()).hasValue(999_999_999);
        assertThat(Capabilities.NONE.deliverByMinimum()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELIVERBY", "DELIVERBY -1", "DELIVERBY x", "DELIVERBY ,240", "DELIVERBY 1000000000", "DELIVERBY=240",
        "DELIVERBY \u0661"})
    void aShortestTimeWithoutSenseIsNone(String line) {
        assertThat(Capabilities.ofLines("mx", line).deliverByMinimum()).isEmpty();
    }

    @Test
    void theProfileOfPrioritiesIsRead() {
        assertThat(Capabilities.ofLines("mx", "MT-PRIORITY mixer").priorityProfile()).contains("MIXER");
        assertThat(Capabilities.ofLines("mx", "MT-PRIORITY").priorityProfile()).isEmpty();
        assertThat(Capabilities.NONE.priorityProfile()).isEmpty();
    }

    @Test
    void aKeywordOfAnotherScriptIsNotTakenForOneOfOurs() {
        Capabilities capabilities = Capabilities.ofLines("mx",
            "P\u0131PEL\u0131N\u0131NG", "\u017fIZE 1", "\u017fMTPUTF8", "D\u0000SN");
        assertThat(capabilities.toString()).isEmpty();
        assertThat(capabilities.offers("PIPELINING")).isFalse();
    }

    @Test
    void anyTextIsReadWithoutAnException() {
        Random random = new Random(3);
        String[] likely = {"SIZE", "AUTH", "AUTH=", "LIMITS", "DELIVERBY", "MT-PRIORITY", "=", " ", "\t", ",", "9", "-",
            "RCPTMAX=",
            "\u0130", "\ud83d", "99999999999999999999"};
        for (int i = 0; i < 5000; i++) {
            String[] lines = new String[random.nextInt(5) + 1];
            for (int j = 0; j < lines.length; j++) {
                StringBuilder line = new StringBuilder();
                for (int k = random.nextInt(8); k >= 0; k--) {
                    line.append(likely[random.nextInt(likely.length)]);
                }
                lines[j] = line.toString();
            }
            Capabilities capabilities = Capabilities.ofLines(lines);
            assertThat(capabilities.maxSize().orElse(1)).isPositive();
            assertThat(capabilities.deliverByMinimum().orElse(0)).isNotNegative();
            assertThat(capabilities.limit("RCPTMAX").orElse(1)).isPositive();
            assertThat(capabilities.authMechanisms()).doesNotContain("");
            assertThat(capabilities.priorityProfile()).isNotNull();
        }
    }
}
