// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

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
}
