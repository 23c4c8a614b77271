// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/**
 * What a mail carries into the parameters of MAIL and RCPT. The first octet of the input chooses the wishes that have no text;
 * form feeds stand between sender, recipient, ENVID, type and address of ORCPT, and numbers.
 */
class EnvelopeFuzzTest {
    private static final Capabilities ALL = Capabilities.ofLines("mx", "DSN", "SMTPUTF8", "REQUIRETLS", "DELIVERBY",
        "MT-PRIORITY");
    private static final Capabilities ASCII = Capabilities.ofLines("mx", "DSN");
    private static final Capabilities NOTHING = Capabilities.ofLines("mx");

    static Stream<Arguments> seeds() {
        return Inputs.seeds("a\fa@b\fc@d\fid\frfc822\fx@y\f3600",
            "\u00ffa@b\fc@d\fid+= 1\frfc822\fx+y=z @y\f-5",
            "\u0003\u00c3\u00a9@b\f\u00c3\u00a9@d\fid\futf-8\f\u00c3\u00a9+\\ =@y\f0",
            "\u0001a@b\fc@\u00c3\u00a9\fi\r\nd\fx y\fa\0b\f9999999999",
            "\u0007\f\u00c3\u00a9@d\f\futf-8\f\u00f0\u009f\u0098\u0080@y\f", "");
    }

    private static <T> T valid(Supplier<T> made, T otherwise) {
        try {
            return made.get();
        } catch (IllegalArgumentException refused) {
            ReplyText.check(refused.getMessage());
            return otherwise;
        }
    }

    @MethodSource("seeds")
    @FuzzTest
    void everyParameterIsOneWordThatSaysWhatItWasGiven(byte[] input) {
        int choice = Inputs.choice(input);
        String[] text = (new String(Inputs.rest(input), UTF_8) + "\f\f\f\f\f\f").split("\f", -1);
        Path sender = valid(() -> Path.of(text[0]), Path.NULL);
        Path recipient = valid(() -> Path.of(text[1]), Path.of("c@d"));
        EnvelopeId id = valid(() -> EnvelopeId.of(text[2]), null);
        OriginalRecipient original = valid(() -> (choice & 1) == 0 ? OriginalRecipient.of(text[3], text[4])
            : OriginalRecipient.ofMailbox(text[4]), null);
        Envelope.Builder builder = Envelope.from(sender).envelopeId(id)
            .ret((choice & 2) == 0 ? null : Envelope.Return.HDRS)
            .priority(valid(() -> Priority.of(choice / 8), null))
            .deliverBy(valid(() -> DeliverBy.of(text[5].matches("-?[0-9]{1,18}") ? Long.parseLong(text[5]) : 60,
                (choice & 64) == 0 ? DeliverBy.Mode.NOTIFY : DeliverBy.Mode.RETURN, (choice & 8) == 0), null));
        if ((choice & 4) != 0) {
            builder.requireTls();
        }
        if ((choice & 16) != 0) {
            builder.smtpUtf8();
        }
        Set<Envelope.Notify> notify = (choice & 32) == 0 ? Set.of() : Set.of(Envelope.Notify.FAILURE, Envelope.Notify.DELAY);
        Envelope envelope = builder.to(List.of(new Envelope.Recipient(recipient, notify, Optional.ofNullable(original))));
        for (Capabilities server : List.of(ALL, ASCII, NOTHING)) {
            check(envelope, server, id, original);
            envelope.missingFrom(server, true).ifPresent(missing -> ReplyText.check(missing.toString()));
        }
    }

    private static void check(Envelope envelope, Capabilities server, EnvelopeId id, OriginalRecipient original) {
        Envelope.Recipient recipient = envelope.recipients().get(0);
        List<String> mail = words(envelope.mailParameters(server));
        List<String> rcpt = words(recipient.parameters(server));
        boolean utf8 = server.offers("SMTPUTF8") && envelope.needsSmtpUtf8();
        assertThat(mail.contains("SMTPUTF8")).isEqualTo(utf8);
        Stream.of(mail, rcpt).flatMap(List::stream).filter(word -> !utf8)
            .forEach(word -> assertThat(word.chars()).allMatch(c -> c < 0x7f));
        if (!server.offers("DSN")) {
            assertThat(rcpt).isEmpty();
            return;
        }
        assertThat(value(mail, "ENVID").map(XtextFuzzTest::decode))
            .isEqualTo(Optional.ofNullable(id).map(EnvelopeId::toString));
        assertThat(value(rcpt, "ORCPT").map(EnvelopeFuzzTest::decodeOriginal))
            .isEqualTo(Optional.ofNullable(original).map(OriginalRecipient::toString));
    }

    private static Optional<String> value(List<String> words, String keyword) {
        return words.stream().filter(word -> word.startsWith(keyword + "=")).map(word -> word.substring(keyword.length() + 1))
            .findFirst();
    }

    private static String decodeOriginal(String value) {
        assertThat(value.getBytes(UTF_8).length).isLessThanOrEqualTo(SmtpLimits.ORCPT_OCTETS);
        int semicolon = value.indexOf(';');
        String address = value.substring(semicolon + 1);
        return value.substring(0, semicolon + 1) + (value.regionMatches(true, 0, "utf-8;", 0, 6)
            ? decodeUnicode(address) : XtextFuzzTest.decode(address));
    }

    /** RFC 6533 3: an EmbeddedUnicodeChar has two to six hexadecimal digits in braces behind a backslash and an x. */
    private static String decodeUnicode(String address) {
        StringBuilder decoded = new StringBuilder();
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            assertThat(" +=".indexOf(c)).as("an octet that has to be encoded").isNegative();
            if (c == '\\') {
                int end = address.indexOf('}', i);
                assertThat(address.substring(i, end + 1)).matches("\\\\x\\{[0-9A-F]{2,6}}");
                decoded.appendCodePoint(Integer.parseInt(address.substring(i + 3, end), 16));
                i = end;
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    /** RFC 5321 4.1.2: esmtp-keyword, or that, an equals sign and what holds no other, no space and no control character. */
    private static List<String> words(String parameters) {
        List<String> words = new ArrayList<>();
        List<String> keywords = new ArrayList<>();
        for (String word : parameters.split(" ")) {
            if (words.isEmpty() && word.isEmpty()) {
                continue;
            }
            assertThat(word).matches("[A-Z][A-Z0-9-]*(=[^\\s=\\p{Cc}\\x80-\\x9f\u2028\u2029]+)?");
            words.add(word);
            keywords.add(word.split("=", 2)[0]);
        }
        assertThat(keywords).doesNotHaveDuplicates();
        return words;
    }
}
