// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LenientContentTest {
    private static final String SECOND = "MAIL FROM:<evil@x>\r\nRCPT TO:<victim@y>\r\nDATA\r\nsecond\r\n.\r\n";

    private static SmtpServer receive(SmtpServerBuilder builder, String content) {
        SmtpServer server = builder.start();
        try (server; SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("MAIL FROM:<a@x>", 250);
            client.command("RCPT TO:<b@y>", 250);
            client.command("DATA", 354);
            client.sendBytes(content.getBytes(ISO_8859_1));
            client.send("QUIT");
            // However many answers the rest of an end makes, this one comes after all of them.
            while (client.readReply().code() != 221) {
                assertThat(client.transcript()).hasSizeLessThan(100);
            }
        }
        return server;
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\n.\r", "\r.\n",
        "\r\r\n.\r\r\n", "\r\n\0.\r\n", "\r\n.\0\r\n", "\r\0\n.\r\0\n", "\n\r.\n"})
    void aLenientServerEndsAMessageAtEach(String end) {
        SmtpServer server = receive(SmtpServer.builder().lenientContent(), "first" + end + SECOND);
        assertThat(server.received()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(server.received().get(0).text()).startsWith("first\r\n").doesNotContain("second");
        assertThat(server.received().get(1).recipientAddresses()).containsExactly("victim@y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\n.\r", "\r.\n", "\r\r\n.\r\r\n",
        "\r\n\0.\r\n", "\r\n.\0\r\n", "\r\0\n.\r\0\n", "\n\r.\n"})
    void aStrictServerEndsItAtNone(String end) {
        SmtpServer server = receive(SmtpServer.builder(), "first" + end + SECOND);
        assertThat(server.received()).hasSize(1);
        assertThat(server.received().get(0).text()).contains("second");
    }
}
