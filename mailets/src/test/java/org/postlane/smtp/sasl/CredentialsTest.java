// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
    private static final Credentials PASSWORD = Credentials.password("user", "s3cret");
    private static final Credentials TOKEN = Credentials.bearer("user", "s3cret");

    @Test
    void credentialsThatDifferInAnythingAreNotEqual() {
        List<Credentials> all = List.of(PASSWORD, TOKEN, Credentials.password("other", "s3cret"),
            Credentials.password("user", "other"), PASSWORD.allowedWithoutTls(true), PASSWORD.withAuthorizationId("boss"),
            PASSWORD.withAuthorizationId("chief"), PASSWORD.withMechanism(SaslMechanism.PLAIN),
            PASSWORD.withMechanism(SaslMechanism.LOGIN));
        assertThat(new LinkedHashSet<>(all)).hasSize(all.size());
        assertThat(Credentials.password("user", "s3cret").withAuthorizationId("boss").allowedWithoutTls(true))
            .isEqualTo(PASSWORD.allowedWithoutTls(true).withAuthorizationId("boss"))
            .hasSameHashCodeAs(PASSWORD.allowedWithoutTls(true).withAuthorizationId("boss"));
    }

    @Test
    void noTextShowsTheSecret() {
        assertThat(PASSWORD.withAuthorizationId("boss").withMechanism(SaslMechanism.PLAIN))
            .hasToString("user:*** as boss by PLAIN");
        assertThat(TOKEN).hasToString("user:***");
        assertThat(PASSWORD.describe() + TOKEN.describe()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\0b", "a\1b", "a\nb", "a\u007fb", "a\ud800"})
    void aNameThatCouldForgeAFieldIsRefused(String name) {
        assertThatThrownBy(() -> Credentials.password(name, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Credentials.bearer(name, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PASSWORD.withAuthorizationId(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"se\0cret", "se\udc00cret"})
    void aPasswordThatCannotBeSentIsRefusedWithoutShowingIt(String password) {
        assertThatThrownBy(() -> Credentials.password("user", password)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageNotContaining("cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a\1auth=Bearer b", "a\r\nb", "schlüssel"})
    void aTokenThatCouldForgeAFieldIsRefusedWithoutShowingIt(String token) {
        assertThatThrownBy(() -> Credentials.bearer("user", token)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageNotContaining("auth=").hasMessageNotContaining("schl");
    }

    @Test
    void aFixedMechanismThatCannotUseThemIsRefused() {
        assertThatThrownBy(() -> PASSWORD.withMechanism(SaslMechanism.XOAUTH2))
            .hasMessage("XOAUTH2 cannot be used with a password");
        assertThatThrownBy(() -> TOKEN.withMechanism(SaslMechanism.PLAIN)).hasMessage("PLAIN cannot be used with a token");
        assertThatThrownBy(() -> PASSWORD.withAuthorizationId("boss").withMechanism(SaslMechanism.CRAM_MD5))
            .hasMessage("CRAM-MD5 cannot be used with a password and an authorization identity");
        assertThatThrownBy(() -> PASSWORD.withMechanism(SaslMechanism.LOGIN).withAuthorizationId("boss"))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Credentials.password("user", "").withMechanism(SaslMechanism.SCRAM_SHA_256))
            .hasMessage("SCRAM-SHA-256 cannot be used with an empty password");
    }

    @ParameterizedTest
    @CsvSource({
        "password, LOGIN CRAM-MD5 PLAIN SCRAM-SHA-256 XOAUTH2, SCRAM-SHA-256",
        "password, LOGIN CRAM-MD5 PLAIN, PLAIN",
        "password, LOGIN CRAM-MD5, CRAM-MD5",
        "password, GSSAPI LOGIN, LOGIN",
        "password, OAUTHBEARER XOAUTH2 SCRAM-SHA-1, none",
        "token, PLAIN SCRAM-SHA-256 XOAUTH2 OAUTHBEARER, OAUTHBEARER",
        "token, PLAIN XOAUTH2, XOAUTH2",
        "token, PLAIN LOGIN, none",
        "identity, LOGIN CRAM-MD5, none",
        "identity, LOGIN CRAM-MD5 PLAIN, PLAIN",
        "empty, SCRAM-SHA-256 PLAIN, PLAIN"})
    void theBestThatTheyCanUseIsChosen(String kind, String offered, String chosen) {
        Credentials credentials = switch (kind) {
            case "token" -> TOKEN;
            case "identity" -> PASSWORD.withAuthorizationId("boss");
            case "empty" -> Credentials.password("user", "");
            default -> PASSWORD;
        };
        assertThat(SaslMechanism.choose(credentials, Set.of(offered.split(" "))).map(SaslMechanism::saslName).orElse("none"))
            .isEqualTo(chosen);
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void aMechanismIsFoundByItsNameInAnyCase(SaslMechanism mechanism) {
        assertThat(SaslMechanism.of(mechanism.saslName().toLowerCase(java.util.Locale.US))).contains(mechanism);
        assertThat(SaslMechanism.of(mechanism.saslName() + "X")).isEmpty();
    }

    @Test
    void aRepeatedSecretIsTakenOutOfAText() {
        Redaction redaction = PASSWORD.redaction().hiding("abc").hiding("abcd");
        assertThat(redaction.redact("no: s3cret, czNjcmV0, abc, abcd")).isEqualTo("no: ***, ***, abc, ***");
        assertThat(redaction.redact("cut short: s3cre…")).isEqualTo("cut short: ***…");
        assertThat(redaction.redact("cut short: s3…")).isEqualTo("cut short: s3…");
    }
}
