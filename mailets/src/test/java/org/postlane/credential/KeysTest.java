// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept in the place of a password. */
class KeysTest {
    private static final String MESSAGE = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    private static byte[] proof() {
        return Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    }

    private static ScramKeys pencil() {
        return ScramKeys.derive("pencil", Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
    }

    @Test
    void theProofOfTheRfcIsOneAndAnyOtherIsNone() {
        assertThat(pencil().verify(proof(), MESSAGE)).isTrue();
        assertThat(Base64.getEncoder().encodeToString(pencil().sign(MESSAGE)))
            .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        for (int bit = 0; bit < proof().length * Byte.SIZE; bit++) {
            byte[] other = proof();
            other[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThat(pencil().verify(other, MESSAGE)).isFalse();
        }
        assertThat(pencil().verify(new byte[0], MESSAGE)).isFalse();
        assertThat(pencil().verify(Arrays.copyOf(proof(), 33), MESSAGE)).isFalse();
        assertThat(pencil().verify(proof(), MESSAGE + ",")).isFalse();
    }

    @Test
    void keysAreTheSameBehindTheirText() {
        ScramKeys read = ScramKeys.parse(pencil().asText());
        assertThat(read.verify(proof(), MESSAGE)).isTrue();
        assertThat(read.iterations()).isEqualTo(4096);
        assertThat(read.areOf("pencil")).isTrue();
        assertThat(read.areOf("Pencil")).isFalse();
        assertThat(CramMd5Keys.parse(CramMd5Keys.derive("tanstaaftanstaaf").asText()).sign("x".getBytes(UTF_8)))
            .isEqualTo(CramMd5Keys.derive("tanstaaftanstaaf").sign("x".getBytes(UTF_8)));
    }

    @Test
    void eachDerivationHasASaltOfItsOwnAndNoTextShowsKeys() {
        assertThat(ScramKeys.derive("pencil", 4096).salt()).hasSize(16)
            .isNotEqualTo(ScramKeys.derive("pencil", 4096).salt());
        assertThat(pencil()).hasToString("SCRAM-SHA-256:***");
        assertThat(CramMd5Keys.derive("pencil")).hasToString("CRAM-MD5:***");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tab\tulator", "\u06271"})
    void aPasswordThatScramCannotCarryHasNoKeys(String password) {
        assertThatThrownBy(() -> ScramKeys.derive(password, 4096)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SCRAM-SHA-1$4096:AAAA$AAAA:AAAA", "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA", "SCRAM-SHA-256$0:!$!:!"})
    void whatIsNoTextOfKeysIsRefused(String text) {
        assertThatThrownBy(() -> ScramKeys.parse(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CramMd5Keys.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /** RFC 2195 2. */
    @Test
    void theExampleOfCramMd5IsSigned() {
        assertThat(HexFormat.of().formatHex(CramMd5Keys.derive("tanstaaftanstaaf")
            .sign("<1896.697170952@postoffice.reston.mci.net>".getBytes(UTF_8)))).isEqualTo("b913a602c7eda7a495b4e6e7334d3890");
    }

    @Test
    void md5IsTheJdksForEveryLengthOfMessageAndKey() throws Exception {
        for (int length = 1; length < 200; length++) {
            byte[] message = "x".repeat(length).getBytes(UTF_8);
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(message, "HmacMD5"));
            assertThat(CramMd5Keys.derive("x".repeat(length)).sign(message)).isEqualTo(mac.doFinal(message));
        }
        byte[] block = HexFormat.of().parseHex("0123456789abcdef".repeat(8));
        assertThat(Md5State.finish(Md5State.behind(block), new byte[0]))
            .isEqualTo(MessageDigest.getInstance("MD5").digest(block));
    }
}
