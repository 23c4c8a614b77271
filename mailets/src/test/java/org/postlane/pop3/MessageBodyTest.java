// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageBodyTest {
    private static InputStream body(String message, int lines) {
        return new MessageBody(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), lines);
    }

    private static String escaped(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|.\\r\\n",
        "a\\r\\n|a\\r\\n.\\r\\n",
        ".\\r\\n|..\\r\\n.\\r\\n",
        "..\\r\\n|...\\r\\n.\\r\\n",
        "a.\\r\\n.b\\r\\n|a.\\r\\n..b\\r\\n.\\r\\n",
        "a\\n.\\nb\\r\\n|a\\n..\\nb\\r\\n.\\r\\n",
        "a\\n.\\r\\nb\\r\\n|a\\n..\\r\\nb\\r\\n.\\r\\n",
        "a\\n.|a\\n..\\r\\n.\\r\\n",
        "a\\r.\\r\\n|a\\r.\\r\\n.\\r\\n",
        "a\\r\\r\\n.|a\\r\\r\\n..\\r\\n.\\r\\n",
        "a|a\\r\\n.\\r\\n",
        "a\\r|a\\r\\r\\n.\\r\\n",
        "a\\n|a\\n\\r\\n.\\r\\n",
        "\\r\\n\\r\\n|\\r\\n\\r\\n.\\r\\n"})
    void dotsThatBeginALineAreDoubledAndTheLastLineEnds(String message, String expected) throws IOException {
        assertThat(new String(body(escaped(message), MessageBody.ALL).readAllBytes(), ISO_8859_1)).isEqualTo(escaped(expected));
    }

    @Test
    void howItIsReadDoesNotMatter() throws IOException {
        Random random = new Random(4711);
        StringBuilder message = new StringBuilder("A: b\r\n\r\n");
        for (int i = 0; i < 50_000; i++) {
            message.append("..\r\nx".charAt(random.nextInt(5)));
        }
        byte[] whole = body(message.toString(), MessageBody.ALL).readAllBytes();
        InputStream piecemeal = body(message.toString(), MessageBody.ALL);
        byte[] pieces = new byte[whole.length];
        int position = 0;
        while (position < pieces.length) {
            int length = Math.min(random.nextInt(5), pieces.length - position);
            int count = piecemeal.readNBytes(pieces, position, length);
            assertThat(count).isEqualTo(length);
            position += count;
        }
        assertThat(pieces).isEqualTo(whole);
        assertThat(piecemeal.read()).isEqualTo(-1);
        String undone = new String(whole, ISO_8859_1).replaceAll("(?<=^|\n)\\.(?=.|\n|\r)", "");
        assertThat(undone).startsWith(message.toString());
    }
}
