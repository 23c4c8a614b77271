// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.smtp.DeliverBy.Mode;

/** The values of ENVID, ORCPT, BY and MT-PRIORITY. */
class ParameterTypesTest {
    @Test
    void anEnvelopeIdIsEncodedAsXtext() {
        assertThat(EnvelopeId.of("QQ314159").encoded()).isEqualTo("QQ314159");
        assertThat(EnvelopeId.of("a+b=c d").encoded()).isEqualTo("a+2Bb+3Dc+20d");
        assertThat(EnvelopeId.of("x".repeat(100))).isNotEqualTo(EnvelopeId.of("x".repeat(99)));
    }

    @Test
    void anEnvelopeIdIsOneToAHundredPrintableAsciiCharacters() {
        for (String bad : HostileText.UNSAFE) {
            for (String place : new String[] {"%sid", "i%sd", "id%s"}) {
                assertThatIllegalArgumentException().isThrownBy(() -> EnvelopeId.of(String.format(place, bad)))
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain(bad));
            }
        }
        for (String bad : new String[] {"", "x".repeat(101), "\u00fc", "id\n"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> EnvelopeId.of(bad));
        }
    }

    @ParameterizedTest
    @CsvSource({"rfc822,a@example.org,rfc822;a@example.org", "rfc822,a+b=c@example.org,rfc822;a+2Bb+3Dc@example.org",
        "X-NEW,anything at all,X-NEW;anything+20at+20all", "x400,/G=a/S=b/,x400;/G+3Da/S+3Db/",
        "utf-8,a+b=c\\d e,utf-8;a\\x{2B}b\\x{3D}c\\x{5C}d\\x{20}e"})
    void anOriginalRecipientIsEncodedAsItsTypeWantsIt(String type, String address, String encoded) {
        OriginalRecipient original = OriginalRecipient.of(type, address);
        assertThat(original.encoded(false)).isEqualTo(encoded).matches("[!-~]+");
        assertThat(original.encoded(true)).isEqualTo(encoded);
        assertThat(original).hasToString(type + ";" + address);
    }

    @Test
    void anOriginalRecipientBeyondAsciiHasTwoForms() {
        OriginalRecipient original = OriginalRecipient.ofMailbox("\u00ff\u0100+\u4f8b\ud83d\ude00@b\u00fccher.example");
        assertThat(original.encoded(false)).isEqualTo("utf-8;\\x{FF}\\x{100}\\x{2B}\\x{4F8B}\\x{1F600}@b\\x{FC}cher.example");
        assertThat(original.encoded(true)).isEqualTo("utf-8;\u00ff\u0100\\x{2B}\u4f8b\ud83d\ude00@b\u00fccher.example");
        assertThat(OriginalRecipient.ofMailbox("a@b")).isEqualTo(OriginalRecipient.of("rfc822", "a@b"));
    }

    @Test
    void anOriginalRecipientCannotBeginAnotherParameterOrCommand() {
        for (String bad : HostileText.UNSAFE) {
            for (String type : new String[] {"rfc822", "utf-8"}) {
                for (String place : new String[] {"%sa@b", "a%s@b", "a@b%s"}) {
                    assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of(type, String.format(place, bad)))
                        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(bad));
                }
            }
            assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of("rfc" + bad, "a@b"));
        }
        for (String type : new String[] {"", "rfc822 SIZE=1", "rfc822;x", "rfc_822", "\u00fc"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of(type, "a@b"));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of("rfc822", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of("rfc822", "\u00fc@b"));
    }

    @Test
    void theLengthOfAnOriginalRecipientCountsWhatItsEncodingMakesOfIt() {
        assertThat(OriginalRecipient.of("rfc822", "a".repeat(493)).encoded(false)).hasSize(500);
        assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of("rfc822", "a".repeat(494)));
        assertThat(OriginalRecipient.of("rfc822", "a" + "+".repeat(164)).encoded(false)).hasSize(500);
        assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of("rfc822", "aa" + "+".repeat(164)));
        assertThatIllegalArgumentException().isThrownBy(() -> OriginalRecipient.of("utf-8", "\u00fc".repeat(83)));
    }

    @ParameterizedTest
    @CsvSource({"120,RETURN,false,120;R", "1,RETURN,true,1;RT", "999999999,RETURN,false,999999999;R", "0,NOTIFY,false,0;N",
        "-999999999,NOTIFY,true,-999999999;NT"})
    void aTimeToDeliverByIsWrittenAsSecondsAndMode(long seconds, Mode mode, boolean trace, String written) {
        assertThat(DeliverBy.of(seconds, mode, trace)).hasToString(written);
    }

    @ParameterizedTest
    @CsvSource({"0,RETURN", "-1,RETURN", "1000000000,RETURN", "1000000000,NOTIFY", "-1000000000,NOTIFY",
        "9223372036854775807,NOTIFY", "-9223372036854775808,NOTIFY"})
    void aTimeToDeliverByHasNineDigitsAndNoReturnInThePast(long seconds, Mode mode) {
        assertThatIllegalArgumentException().isThrownBy(() -> DeliverBy.of(seconds, mode, false));
    }

    @Test
    void theTimeThatHasPassedIsTakenOff() {
        DeliverBy back = DeliverBy.of(60, Mode.RETURN, true);
        assertThat(back.after(Duration.ofSeconds(59))).contains(DeliverBy.of(1, Mode.RETURN, true));
        assertThat(back.after(Duration.ofSeconds(60))).isEmpty();
        assertThat(back.after(Duration.ofSeconds(-5))).contains(back);
        DeliverBy notice = DeliverBy.of(60, Mode.NOTIFY, false);
        assertThat(notice.after(Duration.ofSeconds(61))).contains(DeliverBy.of(-1, Mode.NOTIFY, false));
        assertThat(notice.after(Duration.ofSeconds(Long.MAX_VALUE))).contains(DeliverBy.of(-999_999_999, Mode.NOTIFY, false));
    }

    @Test
    void aPriorityGoesFromMinusNineToNine() {
        for (int value = -9; value <= 9; value++) {
            assertThat(Priority.of(value)).hasToString(Integer.toString(value)).isEqualTo(Priority.of(value));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-10, 10, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void noOtherNumberIsAPriority(int value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Priority.of(value));
    }
}
