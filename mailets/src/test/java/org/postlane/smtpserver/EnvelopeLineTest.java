// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeLineTest {
    private static EnvelopeLine line(String text) {
        return new EnvelopeLine(text + "\r\n", () -> "default.example");
    }

    @ParameterizedTest
    @CsvSource({
        "RCPT TO:<ann@example.org>, ann@example.org",
        "rcpt to: <ann@example.org> , ann@example.org",
        "RCPT TO:ann@example.org, ann@example.org",
        "RCPT TO:<ann>, ann@default.example",
        "RCPT TO:<ann@example.org> NOTIFY=NEVER ORCPT=rfc822;a@b, ann@example.org",
        "RCPT TO:<\"a:b>c\"@example.org>, \"a:b>c\"@example.org"})
    void aRecipientIsReadAsJamesReadsIt(String command, String expected) throws Exception {
        assertThat(line(command).recipient()).contains(new MailAddress(expected));
        assertThat(line(command).sender()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL FROM:<ann@example.org>, ann@example.org",
        "mail from:<ann@example.org> SIZE=100 AUTH=<>, ann@example.org",
        "MAIL FROM:<ann>, ann@default.example"})
    void aSenderIsReadAsJamesReadsIt(String command, String expected) throws Exception {
        assertThat(line(command).sender()).contains(MaybeSender.of(new MailAddress(expected)));
        assertThat(line(command).recipient()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<>", "MAIL FROM:<> BODY=8BITMIME", "MAIL FROM:<@>"})
    void theNullSenderIsASender(String command) {
        assertThat(line(command).sender()).contains(MaybeSender.nullSender());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "RCPT", "RCPT TO", "RCPT TO:", "RCPT TO:<>", "RCPT TO:<a b@c>", "RCPT FROM:<a@b.example>", "DATA",
        "MAIL:<a@b.example>", "Subject: RCPT TO:<a@b.example>", "RCPT TO:<@@@>"})
    void anythingElseIsNobody(String command) {
        assertThat(line(command).recipient()).isEmpty();
        assertThat(line(command).sender()).isEmpty();
    }
}
