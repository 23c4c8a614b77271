// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final Map<String, String> DEFAULTS = Map.of("rtt", "0,20", "mails", "4000", "tls", "false");
    private static final Map<String, String> QUICK = Map.of("mails", "10");

    @Test
    void whatIsNotGivenHasItsDefault() {
        Options options = parse("--rtt", "50, 100", "--tls", "file");
        assertThat(options.numbers("rtt", 0)).containsExactly(50, 100);
        assertThat(options.number("mails", 1)).isEqualTo(4000);
        assertThat(options.is("tls")).isTrue();
        assertThat(options.is("quick")).isFalse();
        assertThat(options.rest()).containsExactly("file");
    }

    @Test
    void quickTakesThePlaceOfDefaultsAndNotOfWhatIsGiven() {
        assertThat(parse("--quick").number("mails", 1)).isEqualTo(10);
        assertThat(parse("--mails", "20", "--quick").number("mails", 1)).isEqualTo(20);
    }

    @Test
    void whatIsUnknownOrDoesNotFitIsNamed() {
        assertThatThrownBy(() -> parse("--mial", "3")).isInstanceOf(UsageError.class)
            .hasMessageContaining("--mial").hasMessageContaining("--mails");
        assertThatThrownBy(() -> parse("--mails")).hasMessageContaining("--mails needs a value");
        assertThatThrownBy(() -> parse("--mails", "many").number("mails", 1)).hasMessageContaining("--mails many");
        assertThatThrownBy(() -> parse("--mails", "0").number("mails", 1)).hasMessageContaining("at least 1");
    }

    @Test
    void pairsAreReadInTheirOrderAndOneWithoutAKeyIsNamed() {
        assertThat(parse("--mails", "a=1,b=c=2").pairs("mails")).containsExactly(Map.entry("a", "1"), Map.entry("b", "c=2"));
        assertThatThrownBy(() -> parse("--mails", "=1").pairs("mails")).hasMessageContaining("--mails =1");
    }

    private static Options parse(String... arguments) {
        return Options.parse(List.of(arguments), DEFAULTS, QUICK);
    }
}
