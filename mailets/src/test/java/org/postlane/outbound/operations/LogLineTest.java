// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLineTest {
    private static final Pattern PAIR = Pattern.compile("(\\w+)=(\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s\"=]+)(?: |$)");

    @Test
    void plainValuesStandBareAndOthersInQuotes() {
        assertThat(new LogLine().add("to", "a+b@x.test").add("from", "").add("reply", "250 2.0.0 ok").add("n", 3))
            .hasToString("to=a+b@x.test from=\"\" reply=\"250 2.0.0 ok\" n=3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 ok\noutcome=delivered to=x", "250 ok\r\n",
        "a\u0085b", "a\u2028b", "a\u2029b", "a\u0000b", "a\u001b[2Jb",
        "a\u202eb", "a\u200bb", "a\ud800b", "\" outcome=delivered", "\\\" outcome=delivered", "\\", "a=b", "a\tb", "\u007f"})
    void whateverAPeerSaysTheLineHasTheSamePairs(String hostile) {
        String line = new LogLine().add("reply", hostile).add("last", "1").toString();
        assertThat(line.codePoints().allMatch(c -> c >= ' ' && c != 0x7F && !Character.isISOControl(c) && c != 0x2028
            && c != 0x2029 && Character.getType(c) != Character.FORMAT && Character.getType(c) != Character.SURROGATE)).isTrue();
        Matcher pairs = PAIR.matcher(line);
        assertThat(pairs.lookingAt()).isTrue();
        assertThat(pairs.group(1)).isEqualTo("reply");
        assertThat(line.substring(pairs.end())).isEqualTo("last=1");
    }

    @Test
    void wordsOfAnyLanguageStayReadable() {
        assertThat(new LogLine().add("reply", "550 Empf\u00e4nger unbekannt \ud83d\ude42"))
            .hasToString("reply=\"550 Empf\u00e4nger unbekannt \ud83d\ude42\"");
    }

    @Test
    void aLongValueIsCutAndSaysSo() {
        String line = new LogLine().add("reply", "\ud83d\ude42".repeat(100_000)).toString();
        assertThat(line.codePointCount(0, line.length())).isEqualTo("reply=\"\u2026\"".length() + LogLine.LONGEST_VALUE);
        assertThat(line).endsWith("\ud83d\ude42\u2026\"");
    }
}
