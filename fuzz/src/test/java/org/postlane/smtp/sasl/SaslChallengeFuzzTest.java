// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/**
 * A server that challenges as it likes. The first octet of the input chooses the mechanism, and whether the challenges, one a
 * line, are put into base64 or are sent as they are.
 */
class SaslChallengeFuzzTest {
    private static final List<SaslMechanism> MECHANISMS = List.of(SaslMechanism.values());
    /** The comma keeps it out of the nonces that a server of SCRAM may choose and has repeated to it. */
    private static final String SECRET = "pencil,9f3c";
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final int FEWEST = 16;
    private static final int MOST = 64;
    private static final SaslServer SERVER = new SaslServer("mx.example.org", 25, FEWEST, MOST);

    static Stream<Arguments> seeds() {
        String first = "r=" + NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=32";
        return Inputs.seeds("\0" + first + "\nv=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            "\0" + first + "\ne=invalid-proof", "\0" + first + ",ext=x", "\0" + first.replace("i=32", "i=4294967328"),
            "\0" + first.replace("i=32", "i=2147483647"), "\0m=x," + first, "\0" + first.replace(NONCE, "other"), "\0r=,s=,i=",
            "\1{\"status\":\"invalid_token\"}\nx", "\2{\"status\":\"401\"}", "\3",
            "\4<1896.697170952@postoffice.example.net>\n\n", "\5VXNlcm5hbWU6\nUGFzc3dvcmQ6",
            "\rUsername:\nPassword:\nMore:", "\b=", "\b\u00ff\u00fe", "\f==\n!!!");
    }

    private static SaslExchange exchange(SaslMechanism mechanism) {
        Credentials credentials = mechanism == SaslMechanism.OAUTHBEARER || mechanism == SaslMechanism.XOAUTH2
            ? Credentials.bearer("user", SECRET) : Credentials.password("user", SECRET);
        return mechanism == SaslMechanism.SCRAM_SHA_256 ? new ScramSha256(credentials, SERVER, () -> NONCE)
            : mechanism.begin(credentials, SERVER);
    }

    @MethodSource("seeds")
    @FuzzTest
    void aServerThatDoesNotKnowThePasswordGetsNoFurther(byte[] input) throws SaslException {
        int choice = Inputs.choice(input) & 0xff;
        SaslMechanism mechanism = MECHANISMS.get((choice & 7) % MECHANISMS.size());
        SaslExchange exchange = exchange(mechanism);
        Optional<byte[]> initial = exchange.initialResponse();
        boolean hides = mechanism == SaslMechanism.SCRAM_SHA_256 || mechanism == SaslMechanism.CRAM_MD5;
        assertThat(hides && initial.map(octets -> new String(octets, UTF_8).contains(SECRET)).orElse(false)).isFalse();
        int answers = 0;
        for (String line : new String(Inputs.rest(input), ISO_8859_1).split("\n", -1)) {
            String challenge = (choice & 8) != 0 ? line : Base64.getEncoder().encodeToString(line.getBytes(ISO_8859_1));
            try {
                String answer = new String(exchange.answer(challenge), UTF_8);
                assertThat(hides && answer.contains(SECRET)).isFalse();
                assertThat(answer.length()).isLessThan(8192 * 2);
                answers++;
            } catch (SaslException refused) {
                assertThat(refused.getMessage()).doesNotContain(SECRET);
                break;
            }
        }
        // No mechanism has more than two challenges: a server cannot keep us talking.
        assertThat(answers).isLessThanOrEqualTo(2);
        if (mechanism == SaslMechanism.SCRAM_SHA_256) {
            assertThat(exchange.doubt()).as("that the server has proven nothing").isPresent();
        }
    }
}
