// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that the RFCs print, and what else a mechanism does without a socket. */
class SaslExamplesTest {
    private static final SaslServer SERVER = new SaslServer("server.example.com", 143, 4096, 100_000);
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_FIRST =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String initial(SaslExchange exchange) throws SaslException {
        return new String(exchange.initialResponse().orElseThrow(), UTF_8);
    }

    private static String answer(SaslExchange exchange, String challenge) throws SaslException {
        return new String(exchange.answer(encode(challenge)), UTF_8);
    }

    private static SaslExchange scram() {
        return new ScramSha256(Credentials.password("user", "pencil"), SERVER, () -> NONCE);
    }

    @Test
    void scramSha256SpeaksAsInRfc7677() throws SaslException {
        SaslExchange exchange = scram();
        assertThat(initial(exchange)).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        assertThat(answer(exchange, SERVER_FIRST)).isEqualTo("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(exchange.doubt()).isPresent();
        assertThat(answer(exchange, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).isEmpty();
        assertThat(exchange.doubt()).isEmpty();
        assertThatThrownBy(() -> answer(exchange, "more?")).isInstanceOf(SaslException.class);
    }

    @Test
    void aScramSignatureThatIsWrongIsNotBelieved() throws SaslException {
        SaslExchange exchange = scram();
        initial(exchange);
        answer(exchange, SERVER_FIRST);
        assertThatThrownBy(() -> answer(exchange, "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="))
            .isInstanceOf(SaslException.class).hasMessageContaining("signature is wrong").hasNoCause();
        assertThat(exchange.doubt()).isPresent();
    }

    @Test
    void aScramErrorIsAcknowledgedAndItsNameKept() throws SaslException {
        SaslExchange exchange = scram();
        initial(exchange);
        answer(exchange, SERVER_FIRST);
        assertThat(answer(exchange, "e=invalid-proof")).isEmpty();
        assertThat(exchange.serverError()).contains("e=invalid-proof");
        assertThat(exchange.doubt()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"4095, false", "4096, true", "100000, true", "100001, false", "2147483647, false", "1, false"})
    void aScramServerMayNotDemandTooLittleOrTooMuchWork(String iterations, boolean accepted) throws SaslException {
        SaslExchange exchange = scram();
        initial(exchange);
        String demand = SERVER_FIRST.replace("i=4096", "i=" + iterations);
        if (accepted) {
            assertThat(answer(exchange, demand)).startsWith("c=biws,");
        } else {
            assertThatThrownBy(() -> answer(exchange, demand)).isInstanceOf(SaslException.class)
                .hasMessageContaining(iterations).hasMessageContaining("4096 to 100000");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "r=someoneElsesNonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=99999999999", "m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=4096", "garbage", ",,,,",
        "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=%%%,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-1"})
    void aScramMessageThatCannotBeReadIsARefusalAndNothingElse(String message) throws SaslException {
        SaslExchange exchange = scram();
        initial(exchange);
        assertThatThrownBy(() -> answer(exchange, message)).isInstanceOf(SaslException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v=", "v=%%%", "x=1", "e=no-such-error", "garbage", "v=AAAA,v=AAAA"})
    void aLastScramMessageThatCannotBeReadIsARefusalAndNothingElse(String message) throws SaslException {
        SaslExchange exchange = scram();
        initial(exchange);
        answer(exchange, SERVER_FIRST);
        assertThatThrownBy(() -> answer(exchange, message)).isInstanceOf(SaslException.class);
        assertThat(exchange.doubt()).isPresent();
    }

    @Test
    void scramEscapesNamesAndCarriesTheAuthorizationIdentity() throws SaslException {
        Credentials credentials = Credentials.password("a=b,c", "pencil").withAuthorizationId("x,y");
        assertThat(initial(new ScramSha256(credentials, SERVER, () -> NONCE)))
            .isEqualTo("n,a=x=2Cy,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO");
    }

    @Test
    void whatSaslPrepForbidsIsRefusedWithoutShowingIt() throws SaslException {
        SaslExchange exchange = new ScramSha256(Credentials.password("user", "pen\u0007cil"), SERVER, () -> NONCE);
        assertThatThrownBy(() -> {
            initial(exchange);
            answer(exchange, SERVER_FIRST);
        }).isInstanceOf(SaslException.class).hasMessageContaining("another mechanism may").hasMessageNotContaining("cil")
            .hasNoCause();
    }

    @Test
    void cramMd5SignsAsInRfc2195() throws SaslException {
        SaslExchange exchange = new CramMd5(Credentials.password("tim", "tanstaaftanstaaf"));
        assertThat(exchange.initialResponse()).isEmpty();
        assertThat(exchange.doubt()).isPresent();
        assertThat(answer(exchange, "<1896.697170952@postoffice.reston.mci.net>"))
            .isEqualTo("tim b913a602c7eda7a495b4e6e7334d3890");
        assertThat(exchange.doubt()).isEmpty();
        assertThatThrownBy(() -> answer(exchange, "<again>")).isInstanceOf(SaslException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not base64!", "===="})
    void cramMd5SignsNothingThatIsNoChallenge(String challenge) {
        assertThatThrownBy(() -> new CramMd5(Credentials.password("tim", "x")).answer(challenge))
            .isInstanceOf(SaslException.class);
    }

    @Test
    void cramMd5TakesAnEmptyPassword() throws SaslException {
        assertThat(answer(new CramMd5(Credentials.password("tim", "")), "<x>")).matches("tim [0-9a-f]{32}");
    }

    @Test
    void oauthbearerSpeaksAsInRfc7628() throws SaslException {
        SaslExchange exchange = Bearer.standard(
            Credentials.bearer("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="), SERVER);
        assertThat(initial(exchange)).isEqualTo("n,a=user@example.com,\1host=server.example.com\1port=143\1"
            + "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1");
        assertThat(exchange.doubt()).isEmpty();
        assertThat(exchange.answer(encode("{\"status\":\"invalid_token\"}"))).containsExactly(1);
        assertThat(exchange.serverError()).contains("{\"status\":\"invalid_token\"}");
        assertThat(exchange.doubt()).isPresent();
        assertThatThrownBy(() -> answer(exchange, "{}")).isInstanceOf(SaslException.class);
    }

    @Test
    void oauthbearerEscapesTheIdentity() throws SaslException {
        assertThat(initial(Bearer.standard(Credentials.bearer("x", "token").withAuthorizationId("a=b,c"), SERVER)))
            .startsWith("n,a=a=3Db=2Cc,\1");
    }

    @Test
    void xoauth2SpeaksAsGoogleDocumentsIt() throws SaslException {
        SaslExchange exchange = Bearer.older(
            Credentials.bearer("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"));
        assertThat(Base64.getEncoder().encodeToString(exchange.initialResponse().orElseThrow())).isEqualTo(
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5"
                + "LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==");
        assertThat(answer(exchange, "{\"status\":\"401\"}")).isEmpty();
    }

    @Test
    void plainCarriesAllThreeParts() throws SaslException {
        assertThat(initial(new Plain(Credentials.password("tim", "tanstaaftanstaaf")))).isEqualTo("\0tim\0tanstaaftanstaaf");
        assertThat(initial(new Plain(Credentials.password("Kurt", "xipj3plmq").withAuthorizationId("Ursel"))))
            .isEqualTo("Ursel\0Kurt\0xipj3plmq");
    }

    @Test
    void loginAnswersTwiceWhateverIsAsked() throws SaslException {
        SaslExchange exchange = new Login(Credentials.password("tim", "secret"));
        assertThat(exchange.initialResponse()).isEmpty();
        assertThat(new String(exchange.answer("Username:"), UTF_8)).isEqualTo("tim");
        assertThat(exchange.doubt()).isPresent();
        assertThat(answer(exchange, "Password:")).isEqualTo("secret");
        assertThat(exchange.doubt()).isEmpty();
        assertThatThrownBy(() -> answer(exchange, "Colour:")).isInstanceOf(SaslException.class);
    }
}
