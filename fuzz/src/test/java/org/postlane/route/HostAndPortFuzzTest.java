// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/** A host from a configuration or a DNS answer. */
class HostAndPortFuzzTest {
    static Stream<Arguments> seeds() {
        return Inputs.seeds("mx.example.org", "mx.example.org.", "mx:25", "192.0.2.1:587", "[2001:db8::1]:25", "2001:db8::1",
            "[::1]", "mx:0", "mx:65536", "mx:", ":25", "[]:25", ".", "..", "[x", "x]", "]:[", "a]b:1", " mx ", "a b", "a\0b",
            "mx:25\r\n", "fe80::1%eth0", "\u00c3\u00a9:25");
    }

    @MethodSource("seeds")
    @FuzzTest
    void whatIsReadIsAHostAndCanBeReadAgain(byte[] input) {
        HostAndPort read;
        try {
            read = HostAndPort.parse(new String(input, UTF_8));
        } catch (IllegalArgumentException refused) {
            return;
        }
        String host = read.host();
        assertThat(host).isNotEmpty().doesNotEndWith(".");
        assertThat(host.chars()).noneMatch(c -> c <= ' ' || Character.isISOControl(c) || Character.isWhitespace(c)
            || c == '[' || c == ']');
        assertThat(read.port().orElse(1)).isBetween(1, 65_535);
        HostAndPort again = HostAndPort.parse((host.indexOf(':') < 0 ? host : "[" + host + "]")
            + read.port().map(port -> ":" + port).orElse(""));
        assertThat(again.host()).isEqualTo(host);
        assertThat(again.port()).isEqualTo(read.port());
    }
}
