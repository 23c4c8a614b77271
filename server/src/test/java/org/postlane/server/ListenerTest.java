// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes in an element of {@code smtpserver.xml} are named before James sees them. */
class ListenerTest {
    private static final String SECRET = "a secret of mine";

    @TempDir
    Path directory;
    private Path conf;

    @BeforeEach
    void layOut() throws Exception {
        conf = Files.createDirectory(directory.resolve("conf"));
    }

    private void check(String settings) throws Exception {
        Files.writeString(conf.resolve("smtpserver.xml"),
            "<smtpservers><smtpserver enabled=\"true\"><jmxName>mine</jmxName>" + settings + "</smtpserver></smtpservers>");
        Home home = new Home(directory);
        for (Listener listener : Listener.enabledIn(home)) {
            ListenerSettings.check(listener);
            ListenerKey.check(home, listener);
        }
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String settings) {
        return assertThatThrownBy(() -> check(settings)).isInstanceOf(StartError.class)
            .hasMessageStartingWith(conf.resolve("smtpserver.xml") + ", listener mine: ").hasMessageContaining(": expected ");
    }

    private static String tls(String keystore, String type, String secret) {
        return "<tls socketTLS=\"false\" startTLS=\"true\"><keystore>" + keystore + "</keystore><keystoreType>" + type
            + "</keystoreType><secret>" + secret + "</secret></tls>";
    }

    private void makeKey() {
        Keystore.makeIfMissing(conf.resolve("keystore"), "mail.example");
    }

    @ParameterizedTest
    @CsvSource({"connectiontimeout,6 min,a whole number from -2147483648", "connectionLimitPerIP,many,a whole number from 0",
        "connectionLimit,-1,a whole number from 0", "connectionBacklog,,a whole number from 0",
        "maxmessagesize,50MB,a size such as 50M", "maxmessagesize,big,a size such as 50M", "verifyIdentity,maybe,true or false"})
    void aValueThatDoesNotFitIsNamed(String key, String value, String expected) {
        String written = value == null ? "" : value;

        assertRefused("<" + key + ">" + written + "</" + key + ">")
            .hasMessageContaining("<" + key + ">" + written + "</" + key + ">: expected " + expected);
    }

    @Test
    void aValueBelowAnotherElementAndOneOfAnAttributeAreNamedToo() {
        assertRefused("<auth><requireSSL>perhaps</requireSSL></auth>").hasMessageContaining("<requireSSL>perhaps</requireSSL>");
        assertRefused("<auth><announce>sometimes</announce></auth>")
            .hasMessageContaining("never, always or forUnauthorizedAddresses");
        assertRefused("<tls startTLS=\"ja\"/>").hasMessageContaining("<tls startTLS=\"ja\">: expected true or false");
    }

    @Test
    void aListenerThatIsNeitherOnNorOffIsNamed() throws Exception {
        Files.writeString(conf.resolve("imapserver.xml"), "<imapservers><imapserver enabled=\"yess\"/></imapservers>");

        assertThatThrownBy(() -> Listener.enabledIn(new Home(directory)))
            .hasMessageContaining("imapserver.xml: <imapserver enabled=\"yess\">: expected true or false");
    }

    @Test
    void aKeyThatIsNotThereIsNamedWithThePlaceWhereJamesLooks() {
        assertRefused(tls("file://conf/keystroke", "PKCS12", "postlane"))
            .hasMessageContaining("<keystore>file://conf/keystroke</keystore>")
            .hasMessageContaining(conf.resolve("keystroke").toString());
        assertRefused("<tls startTLS=\"true\"/>").hasMessageContaining("<keystore>, or <privateKey> and <certificates>");
        assertRefused("<tls startTLS=\"true\"><privateKey>file://conf/key.pem</privateKey>"
            + "<certificates>file://conf/c.pem</certificates></tls>")
            .hasMessageContaining("<privateKey>file://conf/key.pem</privateKey>");
    }

    @Test
    void aPasswordThatIsNotThatOfTheKeyIsNotRepeated() {
        makeKey();

        assertRefused(tls("file://conf/keystore", "PKCS12", SECRET)).hasMessageContaining("<secret>...</secret>")
            .hasMessageContaining("the password of " + conf.resolve("keystore"))
            .satisfies(error -> assertThat(error.getMessage()).doesNotContain(SECRET));
    }

    @Test
    void aFileOfAnotherKindAndAKindThatDoesNotExistAreNamed() throws Exception {
        Files.writeString(conf.resolve("keystore"), "-----BEGIN PRIVATE KEY-----");

        assertRefused(tls("file://conf/keystore", "PKCS12", "postlane")).hasMessageContaining("a file of the type PKCS12");
        assertRefused(tls("file://conf/keystore", "PKCS13", "postlane"))
            .hasMessageContaining("<keystoreType>PKCS13</keystoreType>");
    }

    @Test
    void twoKindsOfTlsAreOneTooMany() {
        makeKey();

        assertRefused("<tls socketTLS=\"true\" startTLS=\"true\"/>").hasMessageContaining("a listener has one of the two");
    }

    @Test
    void whatJamesTakesIsTaken() {
        makeKey();

        assertThatCode(() -> check(tls("file://conf/keystore", "PKCS12", "postlane")
            + "<maxmessagesize>-1</maxmessagesize><connectionLimit>0</connectionLimit>"
            + "<connectiontimeout>-1</connectiontimeout><concurrentRequests>-1</concurrentRequests>"
            + "<idleTimeInterval>3000000000</idleTimeInterval>"
            + "<verifyIdentity>yes</verifyIdentity><auth><announce>forUnauthorizedAddresses</announce></auth>"))
            .doesNotThrowAnyException();
    }
}
