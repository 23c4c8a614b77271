// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.it.JamesUnderTest.SECRET;
import static org.postlane.it.Pop3Fixture.SMALL;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class Pop3TlsTest {
    @RegisterExtension
    static Pop3Fixture pop3 = Pop3Fixture.postlane();

    @Test
    void aMailOfSomeMegabytesComesOverPop3s() throws Exception {
        String large = "Subject: large\r\n\r\n" + (".dots and text" + " more".repeat(10) + "\r\n").repeat(50_000);
        try (Pop3Client client = Pop3Client.overTls(pop3.tlsPort()).login(pop3.user(large, SMALL), SECRET)) {
            assertThat(client.list("CAPA")).contains("USER").doesNotContain("STLS");
            assertThat(client.retr(1)).isEqualTo(large.getBytes(ISO_8859_1));
            assertThat(client.retr(2)).isEqualTo(SMALL.getBytes(ISO_8859_1));
            assertThat(client.ask("QUIT")).startsWith("+OK");
        }
    }

    @Test
    void stlsStartsTlsAndForgetsTheNameThatWasSaidBefore() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            client.ask("USER " + pop3.user(SMALL));
            assertThat(client.ask("STLS")).isEqualTo("+OK begin TLS");
            client.startTls();
            assertThat(client.ask("PASS " + SECRET)).isEqualTo("-ERR USER first");
            assertThat(client.list("CAPA")).contains("USER", "TOP").doesNotContain("STLS");
            client.login(pop3.user(SMALL), SECRET);
            assertThat(client.retr(1)).isEqualTo(SMALL.getBytes(ISO_8859_1));
        }
    }

    @Test
    void aSecondStlsIsRefusedAndTheSessionGoesOn() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            client.ask("STLS");
            client.startTls();
            assertThat(client.ask("STLS")).isEqualTo("-ERR TLS is active");
            assertThat(client.login(pop3.user(), SECRET).say("STLS", "STAT")).containsExactly("-ERR TLS is active", "+OK 0 0");
        }
    }

    /** James' framing takes it for an attack before any handler hears of it. */
    @Test
    void stlsWithAnArgumentIsAnErrorAndEndsTheConnectionAsWithStock() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            client.send("STLS x\r\n");
            assertThat(client.rest()).startsWith("-ERR").doesNotContain("+OK");
        }
    }

    @Test
    void stlsAfterTheLoginIsRefused() throws Exception {
        try (Pop3Client client = pop3.login(pop3.user())) {
            assertThat(client.say("STLS", "STAT")).containsExactly("-ERR logged in already", "+OK 0 0");
        }
    }

    @Test
    void whatFollowsStlsInPlainTextIsNotCarriedOut() throws Exception {
        String user = pop3.user(SMALL);
        try (Pop3Client client = pop3.connect()) {
            client.send("STLS\r\nUSER " + user + "\r\nPASS " + SECRET + "\r\nDELE 1\r\nQUIT\r\n");
            assertThat(client.rest()).doesNotContain("+OK");
        }
        try (Pop3Client client = pop3.connect()) {
            client.send("NOOP\r\n");
            client.send("STLS\r\n");
            client.send("CAPA\r\n");
            assertThat(client.rest()).doesNotContain("STLS", "UIDL");
        }
        assertThat(pop3.maildrops.inbox(user).uids()).hasSize(1);
    }

    @Test
    void withoutTlsNoPasswordIsTakenWhereTlsIsRequired() throws Exception {
        String user = pop3.user();
        try (Pop3Client client = Pop3Client.plain(pop3.strictPort())) {
            assertThat(client.list("CAPA")).contains("STLS").doesNotContain("USER");
            assertThat(client.say("USER " + user, "PASS " + SECRET))
                .containsExactly("-ERR [AUTH] passwords are taken under TLS only", "-ERR USER first");
            client.ask("STLS");
            client.startTls();
            assertThat(client.list("CAPA")).contains("USER").doesNotContain("STLS");
            assertThat(client.login(user, SECRET).ask("STAT")).isEqualTo("+OK 0 0");
        }
    }
}
