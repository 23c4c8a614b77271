// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Violation;

/** One mail goes in, one mail comes out: whatever its content says, in whatever way it is sent, into whatever server. */
class SmugglingTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final String SECOND =
        "MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nSubject: smuggled\r\n";

    /** How the client is made to send its content: by what the server offers. */
    enum Sending {
        DATA("8BITMIME"),
        PIPELINED_DATA("PIPELINING"),
        BDAT("CHUNKING"),
        PIPELINED_BDAT("CHUNKING PIPELINING");

        private final String offers;

        Sending(String offers) {
            this.offers = offers;
        }
    }

    /** How the server reads it. */
    enum Reading {
        STRICT,
        LENIENT;

        private SmtpServerBuilder server() {
            return this == LENIENT ? SmtpServer.builder().lenientContent() : SmtpServer.builder();
        }
    }

    static Stream<Arguments> combinations() {
        return Stream.of(Sending.values()).flatMap(sending ->
            Stream.of(Reading.values()).map(reading -> Arguments.of(sending, reading)));
    }

    private static String content(String sequence) {
        return "Subject: x\r\n\r\ntext" + sequence + SECOND + "more" + sequence + "QUIT\r\n";
    }

    /** Each line end a CRLF, and no NUL where a line begins. */
    private static String normalised(String content) {
        return content.replace("\r\n", "\n").replace('\r', '\n').replaceAll("(^|\n)\0+", "$1").replace("\n", "\r\n");
    }

    private static void send(SmtpConnection connection, String content) {
        assertThat(SmtpFixture.statuses(SmtpFixture.get(
            connection.send(SmtpFixture.envelope("a@example.org"), TestContent.of(content))).recipients()))
            .containsExactly(RecipientResult.Status.DELIVERED);
    }

    private static void assertOneMailEach(SmtpServer server, List<String> contents) {
        assertThat(server.received()).allMatch(mail -> mail.recipientAddresses().equals(List.of("a@example.org")));
        assertThat(server.received()).extracting(ReceivedMail::content)
            .extracting(octets -> new String(octets, ISO_8859_1)).containsExactlyElementsOf(contents);
        // The NULs that the sequences have elsewhere than at the start of a line; and nothing else.
        assertThat(server.violations()).extracting(Violation::kind).isSubsetOf(Violation.Kind.CONTROL_CHARACTER);
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void noSequenceSmugglesASecondMail(Sending sending, Reading reading) {
        SMTP.expectViolations();
        SmtpServer server = SMTP.start(reading.server().extensions(sending.offers.split(" ")));
        SmtpConnection connection = SMTP.connect(server);
        SmugglingSequences.ALL.forEach(sequence -> send(connection, content(sequence)));
        assertOneMailEach(server, SmugglingSequences.ALL.stream().map(sequence -> normalised(content(sequence)))
            .map(text -> drops(sending, reading) ? text.replace("\0", "") : text).toList());
    }

    private static boolean drops(Sending sending, Reading reading) {
        return reading == Reading.LENIENT && !sending.offers.contains("CHUNKING");
    }

    @Test
    void norDoesOneThatTheBorderOfAPieceCuts() {
        SMTP.expectViolations();
        SmtpServer server = SMTP.start(SmtpServer.builder().lenientContent().extensions("PIPELINING"));
        SmtpConnection connection = SMTP.connect(server);
        List<String> contents = SmugglingSequences.ALL.stream()
            .flatMap(sequence -> IntStream.range(0, sequence.length()).mapToObj(cut -> cutAt(cut, sequence))).toList();
        contents.forEach(content -> send(connection, content));
        assertThat(server.received()).hasSameSizeAs(contents)
            .allMatch(mail -> mail.recipientAddresses().equals(List.of("a@example.org")));
    }

    private static String cutAt(int cut, String sequence) {
        String padding = ("x".repeat(510) + "\r\n").repeat(SmtpLimits.CONTENT_CHUNK_OCTETS / 512);
        return padding.substring(cut) + sequence + SECOND;
    }
}
