// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

import org.junit.jupiter.api.Test;

class DialogueTest {

    /** A server that says all these lines at once and closes its side: replies in order are all that a client in step can see. */
    private static Pop3Dialogue pop3(ServerSocket listening, String... said) throws IOException {
        Thread server = new Thread(() -> {
            try (Socket socket = listening.accept()) {
                socket.getOutputStream().write((String.join("\r\n", said) + "\r\n").getBytes(US_ASCII));
                socket.shutdownOutput();
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        server.setDaemon(true);
        server.start();
        return Pop3Dialogue.connect((InetSocketAddress) listening.getLocalSocketAddress());
    }

    @Test
    void pop3MessagesComeUnstuffedAndOctetForOctet() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Pop3Dialogue client = pop3(listening, "+OK hello", "+OK", "+OK", "+OK 2 50", "+OK", "1 abc", "2 d e", ".",
                    "+OK 20 octets", "..", "...x", "", "b\nc", ".", "+OK gone", "+OK bye")) {
            client.login("user", "secret");
            assertThat(client.stat()).isEqualTo(new Pop3Dialogue.Stat(2, 50));
            assertThat(client.uidl()).containsExactly(entry(1, "abc"), entry(2, "d e"));
            assertThat(new String(client.retr(1), US_ASCII)).isEqualTo(".\r\n..x\r\n\r\nb\nc\r\n");
            client.dele(1);
            client.quit();
            assertThat(client.transcript()).contains("C: PASS secret", "C: RETR 1", "C: DELE 1", "C: QUIT");
        }
    }

    @Test
    void aRefusedPop3CommandFailsWithTheDialogueSoFar() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Pop3Dialogue client = pop3(listening, "+OK hello", "+OK", "-ERR no such user")) {
            assertThatThrownBy(() -> client.login("user", "secret")).isInstanceOf(AssertionError.class)
                .hasMessageContaining("PASS secret was answered -ERR").hasMessageContaining("S: +OK hello");
        }
    }

    @Test
    void anUnexpectedSmtpReplyFailsWithTheDialogueSoFar() {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().mail(Reaction.reply("450 4.7.1 greylisted")));
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            assertThatThrownBy(() -> client.sendMail("a@x", List.of("b@y"), new byte[0])).isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected 250, got 450 4.7.1 greylisted").hasMessageContaining("C: MAIL FROM:<a@x>");
        }
    }

    @Test
    void stuffingAddsADotOnlyWhereALineStartsAndACrlfOnlyWhereNoneIs() {
        assertThat(new String(SmtpDialogue.stuffed(".a\r\n.\r\nb.\n.c\r.d".getBytes(US_ASCII)), US_ASCII))
            .isEqualTo("..a\r\n..\r\nb.\n.c\r.d\r\n.\r\n");
        assertThat(new String(SmtpDialogue.stuffed(new byte[0]), US_ASCII)).isEqualTo(".\r\n");
    }
}
