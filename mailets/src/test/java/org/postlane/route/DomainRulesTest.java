// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainRulesTest {
    private static final String EXPECTED = "a whole number";

    private static DomainRules<Integer> rules(String text) {
        return DomainRules.parse(text, EXPECTED, Integer::valueOf);
    }

    @ParameterizedTest
    @CsvSource({"gmail.com,50", "GMail.Com.,50", "a.example.org,10", "b.a.example.org,3", "c.b.a.example.org,3", "example.org,1",
        "notexample.org,1", "xn--bcher-kva.example,7", "bücher.example,7", "'',1", "..,1"})
    void theExactDomainComesBeforeTheLongestSuffixAndThatBeforeTheDefault(String domain, int value) {
        DomainRules<Integer> rules = rules(
            "default=1; *.example.org = 10;\n gmail.com=50\r\n*.a.example.org=3;; Bücher.example=7; mx:*.google.com=9");
        assertThat(rules.find(domain)).contains(value);
    }

    @Test
    void rulesForMailServersAreNotRulesForDomains() {
        DomainRules<Integer> rules = rules("MX:*.google.com=100; mx:mx.one.test=1; google.com=5; default=2");
        assertThat(rules.ofMx("aspmx.l.google.com.").map(DomainRules.Rule::pattern)).contains("mx:*.google.com");
        assertThat(rules.ofMx("aspmx.l.google.com").map(DomainRules.Rule::value)).contains(100);
        assertThat(rules.ofMx("MX.one.test").map(DomainRules.Rule::value)).contains(1);
        assertThat(rules.ofMx("google.com")).isEmpty();
        assertThat(rules.ofDomain("mail.google.com")).isEmpty();
        assertThat(rules.find("mail.google.com")).contains(2);
    }

    @Test
    void withoutADefaultADomainThatNoRuleNamesHasNone() {
        assertThat(rules("a.test=1").find("b.test")).isEmpty();
        assertThat(DomainRules.none().isEmpty()).isTrue();
        assertThat(rules(" ;\n").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.test", "=5", "a.test=", "a.test=many", "a test=5", "*=5", "*.=5", "a..test=5", "-a.test=5",
        "*a.test=5", "a.test/b=5", "mx:=5", "mx:*=5", "a.test=5; A.TEST.=6", "default=1;default=1"})
    void aRuleThatIsNoneIsNamedWithWhatWasExpected(String text) {
        String rule = text.substring(text.indexOf(';') + 1).trim();
        assertThatThrownBy(() -> rules(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("rule " + rule + ": ").hasMessageContaining("expected ");
    }
}
