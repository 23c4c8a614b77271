// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostAndPortTest {
    @ParameterizedTest
    @CsvSource({"mx.a.test,mx.a.test,0", "mx.a.test.,mx.a.test,0", "mx.a.test:2525,mx.a.test,2525", "192.0.2.1:26,192.0.2.1,26",
        "2001:db8::1,2001:db8::1,0", "[2001:db8::1],2001:db8::1,0", "[2001:db8::1]:26,2001:db8::1,26",
        "' mx.a.test ',mx.a.test,0"})
    void aHostIsReadWithAndWithoutItsPort(String text, String host, int port) {
        HostAndPort read = HostAndPort.parse(text);
        assertThat(read.host()).isEqualTo(host);
        assertThat(read.port().orElse(0)).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ":25", "a b", "mx.a.test:", "mx.a.test:0", "mx.a.test:65536", "mx.a.test:smtp",
        ".", "mx.a.test..", "[::1", "::1]", "a]b:25", "a\0b"})
    void whatIsNoHostIsRefused(String text) {
        assertThatThrownBy(() -> HostAndPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
