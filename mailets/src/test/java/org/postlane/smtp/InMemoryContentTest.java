// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** Content that is in memory goes to the server as any other, without a thread that reads it. */
class InMemoryContentTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();
    private final AtomicInteger opened = new AtomicInteger();

    private Content content(byte[] octets) {
        return new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public boolean isEightBit() {
                return false;
            }

            @Override
            public Optional<byte[]> inMemory() {
                return Optional.of(octets);
            }

            @Override
            public InputStream open() {
                opened.incrementAndGet();
                return new ByteArrayInputStream(octets);
            }
        };
    }

    private ReceivedMail sent(byte[] octets, String... extensions) {
        SmtpServer server = SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions(extensions));
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).build());
        TransactionResult result =
            SmtpFixture.get(connection.send(SmtpFixture.envelope("a@example.org"), content(octets)));
        assertThat(SmtpFixture.statuses(result.recipients())).containsExactly(RecipientResult.Status.DELIVERED);
        return server.received().get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "8BITMIME"})
    void smallContentIsSentWithoutBeingOpened(String extension) {
        byte[] octets = "Subject: x\n\n.a dot\r\nno end".getBytes(US_ASCII);
        ReceivedMail mail = sent(octets, extension);
        assertThat(mail.content()).isEqualTo("Subject: x\r\n\r\n.a dot\r\nno end\r\n".getBytes(US_ASCII));
        assertThat(opened).hasValue(0);
    }

    @Test
    void contentOfMoreThanOnePieceIsReadPieceByPiece() {
        byte[] octets = "0123456789abcd\r\n".repeat(SmtpLimits.CONTENT_CHUNK_OCTETS / 8).getBytes(US_ASCII);
        sent(octets, "PIPELINING");
        assertThat(opened).hasValue(1);
    }
}
