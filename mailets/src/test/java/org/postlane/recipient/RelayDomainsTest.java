// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.james.core.Domain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.james.FilesIn;

class RelayDomainsTest {
    private static final String HERE = "mailetcontainer.xml, mailet ClassifyRecipients";
    private static final String THERE = "mailetcontainer.xml, mailet DeliverByType";

    private final RelayDomains relayDomains = new RelayDomains(FilesIn.nowhere());

    @Test
    void nothingIsRelayedWhileNothingIsDeclared() {
        assertThat(relayDomains.contains(Domain.of("example.org"))).isFalse();
    }

    @Test
    void anExactEntryIsThatDomainAndADottedOneThoseUnderIt() {
        relayDomains.declare(HERE, "Example.org, .sub.example");

        assertThat(relayDomains.contains(Domain.of("EXAMPLE.ORG"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("a.example.org"))).isFalse();
        assertThat(relayDomains.contains(Domain.of("badexample.org"))).isFalse();
        assertThat(relayDomains.contains(Domain.of("sub.example"))).isFalse();
        assertThat(relayDomains.contains(Domain.of("a.b.sub.example"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("badsub.example"))).isFalse();
    }

    @Test
    void theSameDomainsMayBeDeclaredTwiceInAnyOrderAndCase() {
        relayDomains.declare(HERE, "a.example, .b.example");
        assertThatCode(() -> relayDomains.declare(THERE, ".B.example,A.example")).doesNotThrowAnyException();
    }

    @Test
    void twoDeclarationsThatDifferStopTheStartAndNameBothPlaces() {
        relayDomains.declare(HERE, "a.example");

        assertThatThrownBy(() -> relayDomains.declare(THERE, "b.example"))
            .isInstanceOf(ConfigurationError.class)
            .hasMessageContaining(HERE).hasMessageContaining(THERE)
            .hasMessageContaining("a.example").hasMessageContaining("b.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.example,", "a..example", ".org", ".", "-a.example", "a b.example", "*.example.org",
        "192.0.2.1", "[192.0.2.1]", "user@a.example", "a.example."})
    void anEntryThatIsNoDomainStopsTheStart(String text) {
        assertThatThrownBy(() -> relayDomains.declare(HERE, text))
            .isInstanceOf(ConfigurationError.class).hasMessageContaining(HERE).hasMessageContaining("relayDomains");
    }

    @Test
    void anInternationalNameIsTheSameDomainInEitherForm() {
        relayDomains.declare(HERE, "b\u00fccher.example, .xn--bcher-kva.test");
        assertThatCode(() -> relayDomains.declare(THERE, "xn--bcher-kva.example,.B\u00dcCHER.test")).doesNotThrowAnyException();

        assertThat(relayDomains.contains(Domain.of("xn--bcher-kva.example"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("XN--BCHER-KVA.example"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("B\u00dccher.example"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("x.b\u00fccher.test"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("bucher.example"))).isFalse();
    }

    @Test
    void aNameThatOlderProgramsTakeForAnotherDomainOpensNeither() {
        assertThatThrownBy(() -> relayDomains.declare(HERE, "stra\u00dfe.example"))
            .isInstanceOf(ConfigurationError.class).hasMessageContaining("xn--");
        relayDomains.declare(HERE, "strasse.example");
        assertThat(relayDomains.contains(Domain.of("stra\u00dfe.example"))).isFalse();
    }
}
