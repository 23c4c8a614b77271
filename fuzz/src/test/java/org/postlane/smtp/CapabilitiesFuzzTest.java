// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/** An answer to EHLO, each line of it as the server likes. */
class CapabilitiesFuzzTest {
    private static final List<String> EXTENSIONS = List.of("PIPELINING", "SIZE", "8BITMIME", "AUTH", "STARTTLS", "DSN",
        "SMTPUTF8", "CHUNKING", "BINARYMIME", "LIMITS", "REQUIRETLS", "DELIVERBY", "MT-PRIORITY", "ENHANCEDSTATUSCODES");

    static Stream<Arguments> seeds() {
        return Inputs.seeds(
            "mx.example.org\nPIPELINING\nSIZE 10240000\n8BITMIME\nAUTH PLAIN LOGIN\nAUTH=CRAM-MD5\nDSN",
            "mx\nsize\nSIZE 0\nSIZE 99999999999999999999\nAuTh\nAUTH\t PLAIN \t LOGIN\n \n\n",
            "mx\nLIMITS RCPTMAX=50 MAILMAX=0 RCPTDOMAINMAX=x =\nLIMITS RCPTMAX=1000000",
            "mx\nSTARTTLS\nCHUNKING\nBINARYMIME\nSMTPUTF8\nREQUIRETLS\nDELIVERBY 240\nMT-PRIORITY MIXER",
            "mx\n\u00a0SIZE 1\nSIZE\u00a01\nS\u00cfZE 1\nauth=AUTH=X",
            "only one line", "");
    }

    /** As the client gets it: through the decoder. */
    private static Reply ehlo(String text) {
        List<String> lines = List.of(text.split("\n", SmtpLimits.REPLY_LINES));
        StringBuilder reply = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replace('\n', ' ');
            reply.append(i < lines.size() - 1 ? "250-" : "250 ").append(line, 0, Math.min(line.length(), 4000)).append("\r\n");
        }
        EmbeddedChannel channel = new EmbeddedChannel(new ReplyDecoder());
        channel.writeInbound(Unpooled.copiedBuffer(reply, ISO_8859_1));
        Reply read = channel.readInbound();
        channel.finishAndReleaseAll();
        return read;
    }

    private static boolean isOffered(String keyword, Reply ehlo) {
        return ehlo.lines().stream().skip(1).anyMatch(line -> {
            String word = line.replaceFirst("^[ \t]+", "").split("[ \t]", 2)[0];
            return (word.equalsIgnoreCase(keyword) && word.chars().allMatch(c -> c < 0x80))
                || (keyword.equals("AUTH") && word.regionMatches(true, 0, "AUTH=", 0, 5));
        });
    }

    @MethodSource("seeds")
    @FuzzTest
    void whatIsOfferedIsWhatALineBeginsWith(byte[] input) {
        Reply ehlo = ehlo(new String(input, ISO_8859_1));
        Capabilities capabilities = Capabilities.of(ehlo);
        List<String> offered = new ArrayList<>(EXTENSIONS);
        offered.removeIf(keyword -> !isOffered(keyword, ehlo));
        assertThat(EXTENSIONS.stream().filter(capabilities::offers).toList()).isEqualTo(offered);
        assertThat(EXTENSIONS.stream().filter(keyword -> capabilities.offers(keyword.toLowerCase(Locale.ROOT))).toList())
            .isEqualTo(offered);
        assertThat(capabilities.maxSize().orElse(1)).isPositive();
        assertThat(capabilities.limit("RCPTMAX").orElse(1)).isBetween(1L, 999_999L);
        assertThat(capabilities.limit("MAILMAX").orElse(1)).isBetween(1L, 999_999L);
        assertThat(capabilities.deliverByMinimum().orElse(0)).isBetween(0L, 999_999_999L);
        assertThat(capabilities.priorityProfile().orElse("X")).isNotEmpty();
        assertThat(EXTENSIONS).noneMatch(capabilities.without(Set.copyOf(offered))::offers);
        assertThat(capabilities.authMechanisms()).noneMatch(name -> name.isEmpty() || name.indexOf(' ') >= 0);
        if (!offered.contains("AUTH")) {
            assertThat(capabilities.authMechanisms()).isEmpty();
        }
        ReplyText.check(capabilities.toString());
    }
}
