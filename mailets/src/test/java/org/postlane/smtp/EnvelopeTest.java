// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    private static final Path ASCII = Path.of("a@example.org");
    private static final Path UNICODE = Path.of("j\u00f6rg@example.org");
    private static final Capabilities EVERYTHING = Capabilities.ofLines("mx", "DSN", "DELIVERBY 60", "MT-PRIORITY", "REQUIRETLS",
        "SMTPUTF8", "8BITMIME", "SIZE");

    private static Envelope everyWish(DeliverBy by) {
        return Envelope.from(UNICODE).ret(Envelope.Return.HDRS).envelopeId(EnvelopeId.of("id+1=2 x")).requireTls().smtpUtf8()
            .deliverBy(by).priority(Priority.of(-3)).to(List.of(Envelope.Recipient.of(UNICODE)));
    }

    @Test
    void everyWishIsPassedOnToAServerThatOffersItsExtension() {
        Envelope envelope = everyWish(DeliverBy.of(120, DeliverBy.Mode.RETURN, true));
        assertThat(envelope.mailParameters(EVERYTHING))
            .isEqualTo(" RET=HDRS ENVID=id+2B1+3D2+20x BY=120;RT MT-PRIORITY=-3 REQUIRETLS SMTPUTF8");
        assertThat(envelope.missingFrom(EVERYTHING, true)).isEmpty();
        assertThat(envelope.to(List.of(Envelope.Recipient.of(ASCII))).mailParameters(EVERYTHING))
            .isEqualTo(envelope.mailParameters(EVERYTHING));
    }

    @ParameterizedTest
    @CsvSource({"DSN, RET=HDRS ENVID=id+2B1+3D2+20x", "DELIVERBY, BY=-1;N", "MT-PRIORITY, MT-PRIORITY=-3",
        "REQUIRETLS, REQUIRETLS",
        "SMTPUTF8, SMTPUTF8", "SIZE,"})
    void eachParameterDependsOnItsOwnExtensionAndOnNoOther(String extension, String parameter) {
        Envelope envelope = everyWish(DeliverBy.of(-1, DeliverBy.Mode.NOTIFY, false));
        assertThat(envelope.mailParameters(Capabilities.ofLines("mx", extension)))
            .isEqualTo(parameter == null ? "" : " " + parameter);
        String rest = envelope.mailParameters(EVERYTHING.without(Set.of(extension)));
        assertThat((rest + " ").contains(" " + (parameter == null ? "none" : parameter) + " ")).isFalse();
    }

    @Test
    void whatAServerDoesNotKnowAndTheMailCanGoWithoutIsLeftOut() {
        Envelope envelope = Envelope.from(ASCII).ret(Envelope.Return.FULL).envelopeId(EnvelopeId.of("x")).priority(Priority.of(9))
            .deliverBy(DeliverBy.of(1, DeliverBy.Mode.NOTIFY, false)).to(List.of(new Envelope.Recipient(ASCII,
                Set.of(Envelope.Notify.NEVER), Optional.of(OriginalRecipient.ofMailbox("b@example.org")))));
        assertThat(envelope.missingFrom(Capabilities.NONE, false)).isEmpty();
        assertThat(envelope.mailParameters(Capabilities.NONE)).isEmpty();
        assertThat(envelope.recipients().get(0).parameters(Capabilities.NONE)).isEmpty();
    }

    @Test
    void aMailThatRequiresTlsGoesNowhereElse() {
        Envelope envelope = Envelope.from(ASCII).requireTls().to(List.of(Envelope.Recipient.of(ASCII)));
        assertThat(envelope.missingFrom(EVERYTHING, false)).hasValueSatisfying(missing -> {
            assertThat(missing.extension()).isEqualTo("REQUIRETLS");
            assertThat(missing.explanation()).startsWith("5.7.30 ").contains("verified certificate");
            assertThat(missing.fault()).isEqualTo(Fault.POLICY);
        });
        assertThat(envelope.missingFrom(EVERYTHING.without(Set.of("REQUIRETLS")), true))
            .hasValueSatisfying(missing -> assertThat(missing.explanation()).startsWith("5.7.30 "));
        assertThat(envelope.missingFrom(EVERYTHING, true)).isEmpty();
    }

    @Test
    void anAddressBeyondAsciiNeedsSmtpUtf8AndOnlyTheOneConcernedFails() {
        Capabilities without = EVERYTHING.without(Set.of("SMTPUTF8"));
        Envelope toBoth = Envelope.of(ASCII, List.of(Envelope.Recipient.of(ASCII), Envelope.Recipient.of(UNICODE)));
        assertThat(toBoth.recipients().get(0).missingFrom(without)).isEmpty();
        assertThat(toBoth.recipients().get(1).missingFrom(EVERYTHING)).isEmpty();
        assertThat(toBoth.recipients().get(1).missingFrom(without)).hasValueSatisfying(missing -> {
            assertThat(missing.extension()).isEqualTo("SMTPUTF8");
            assertThat(missing.fault()).isEqualTo(Fault.RECIPIENT);
            assertThat(missing.explanation()).startsWith("5.6.7 ").contains("j\u00f6rg@example.org");
        });
        assertThat(toBoth.missingFrom(without, true)).isPresent();
        assertThat(toBoth.missingFrom(EVERYTHING, true)).isEmpty();
        assertThat(toBoth.mailParameters(EVERYTHING)).isEqualTo(" SMTPUTF8");
        Envelope toOne = toBoth.to(toBoth.recipients().subList(0, 1));
        assertThat(toOne.missingFrom(without, true)).isEmpty();
        assertThat(toOne.mailParameters(EVERYTHING)).isEmpty();
        assertThat(Envelope.of(UNICODE, toOne.recipients()).missingFrom(without, true))
            .hasValueSatisfying(missing -> assertThat(missing.fault()).isEqualTo(Fault.MESSAGE));
        assertThat(Envelope.from(ASCII).smtpUtf8().to(toOne.recipients()).missingFrom(without, true))
            .hasValueSatisfying(missing -> assertThat(missing.explanation()).startsWith("5.6.7 "));
    }

    @Test
    void anInternationalizedDomainGoesToAnyServer() {
        Envelope envelope = Envelope.of(Path.of("a@b\u00fccher.example"),
            List.of(Envelope.Recipient.of(Path.of("b@b\u00fccher.example"))));
        assertThat(envelope.needsSmtpUtf8()).isFalse();
        assertThat(envelope.missingFrom(Capabilities.NONE, false)).isEmpty();
        assertThat(envelope.mailParameters(EVERYTHING)).isEmpty();
    }

    @Test
    void aMailThatIsToReturnInTimeNeedsAServerThatReturnsItInTime() {
        List<Envelope.Recipient> to = List.of(Envelope.Recipient.of(ASCII));
        Envelope in59 = Envelope.from(ASCII).deliverBy(DeliverBy.of(59, DeliverBy.Mode.RETURN, false)).to(to);
        Envelope in60 = Envelope.from(ASCII).deliverBy(DeliverBy.of(60, DeliverBy.Mode.RETURN, false)).to(to);
        Envelope notice = Envelope.from(ASCII).deliverBy(DeliverBy.of(1, DeliverBy.Mode.NOTIFY, false)).to(to);
        assertThat(in59.missingFrom(EVERYTHING, false)).hasValueSatisfying(missing -> {
            assertThat(missing.extension()).isEqualTo("DELIVERBY");
            assertThat(missing.explanation()).startsWith("5.3.3 ").contains("59 s", "60 s");
        });
        assertThat(in60.missingFrom(EVERYTHING, false)).isEmpty();
        assertThat(in60.missingFrom(Capabilities.NONE, false)).isPresent();
        assertThat(in59.missingFrom(Capabilities.ofLines("mx", "DELIVERBY"), false)).isEmpty();
        assertThat(notice.missingFrom(EVERYTHING, false)).isEmpty();
        assertThat(notice.missingFrom(Capabilities.NONE, false)).isEmpty();
    }

    @Test
    void differentWishesForNoticeFitInOneTransaction() {
        assertThat(new Envelope.Recipient(ASCII, EnumSet.of(Envelope.Notify.DELAY, Envelope.Notify.SUCCESS), Optional.empty())
            .parameters(EVERYTHING)).isEqualTo(" NOTIFY=SUCCESS,DELAY");
        assertThat(new Envelope.Recipient(ASCII, Set.of(Envelope.Notify.NEVER), Optional.empty())
            .parameters(EVERYTHING)).isEqualTo(" NOTIFY=NEVER");
        assertThatIllegalArgumentException().isThrownBy(() -> new Envelope.Recipient(ASCII,
            Set.of(Envelope.Notify.NEVER, Envelope.Notify.DELAY), Optional.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> Envelope.Recipient.of(Path.NULL));
        assertThatIllegalArgumentException().isThrownBy(() -> Envelope.of(ASCII, List.of()));
    }

    @Test
    void anOriginalRecipientIsUtf8OnlyWhereTheTransactionSurelyIs() {
        Optional<OriginalRecipient> original = Optional.of(OriginalRecipient.ofMailbox("j\u00f6rg@example.org"));
        assertThat(new Envelope.Recipient(UNICODE, Set.of(), original).parameters(EVERYTHING))
            .isEqualTo(" ORCPT=utf-8;j\u00f6rg@example.org");
        assertThat(new Envelope.Recipient(ASCII, Set.of(), original).parameters(EVERYTHING))
            .isEqualTo(" ORCPT=utf-8;j\\x{F6}rg@example.org");
        assertThat(new Envelope.Recipient(UNICODE, Set.of(), original).parameters(EVERYTHING.without(Set.of("SMTPUTF8"))))
            .isEqualTo(" ORCPT=utf-8;j\\x{F6}rg@example.org");
    }

    @Test
    void aBuilderThatGoesOnDoesNotChangeWhatItHasBuilt() {
        Envelope.Builder builder = Envelope.from(ASCII);
        Envelope before = builder.to(List.of(Envelope.Recipient.of(ASCII)));
        builder.requireTls().priority(Priority.of(1));
        assertThat(before.mailParameters(EVERYTHING)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u00fc"})
    void noCommandLineOutgrowsWhatItsExtensionsAllow(String letter) {
        String filled = letter.repeat(240 / letter.getBytes(UTF_8).length) + "@aaaa.example";
        Path longest = Path.of(filled + "e");
        assertThat(longest.toString().getBytes(UTF_8)).hasSize(256);
        Envelope envelope = Envelope.from(longest).ret(Envelope.Return.FULL).envelopeId(EnvelopeId.of("+".repeat(100)))
            .requireTls().smtpUtf8().deliverBy(DeliverBy.of(-999_999_999, DeliverBy.Mode.NOTIFY, true)).priority(Priority.of(-9))
            .to(List.of(new Envelope.Recipient(longest,
                EnumSet.of(Envelope.Notify.SUCCESS, Envelope.Notify.FAILURE, Envelope.Notify.DELAY),
                Optional.of(OriginalRecipient.of("utf-8", "x".repeat(494))))));
        String mail = "MAIL FROM:" + longest + " SIZE=9223372036854775807 BODY=BINARYMIME" + envelope.mailParameters(EVERYTHING);
        // RFC 5321 4.5.3.1.4, and what SIZE, 8BITMIME, DSN, DELIVERBY, MT-PRIORITY, REQUIRETLS and SMTPUTF8 each add to MAIL.
        assertThat((mail + "\r\n").getBytes(UTF_8)).hasSizeLessThanOrEqualTo(512 + 26 + 17 + 100 + 17 + 15 + 11 + 10);
        String rcpt = "RCPT TO:" + longest + envelope.recipients().get(0).parameters(EVERYTHING);
        // DSN adds 500 to RCPT.
        assertThat((rcpt + "\r\n").getBytes(UTF_8)).hasSizeLessThanOrEqualTo(512 + 500);
    }
}
