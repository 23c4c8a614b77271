// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.it.ServerProcess.SECRET;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.Pop3Dialogue;
import org.postlane.testing.SmtpDialogue;

/**
 * A mail of many megabytes to many mailboxes of the database, which holds each copy that it writes on the heap, several times: a
 * server that ended of it would begin with the same mail after each restart.
 */
class LargeMailToManyTest {
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final int USERS = Integer.getInteger("postlane.large.users", 8);
    private static final int MEGABYTES = Integer.getInteger("postlane.large.megabytes", 24);
    private static final String HEAP = System.getProperty("postlane.large.heap", "384m");
    private static final int LINES = 1_000;
    private static final byte[] MEGABYTE = ("x".repeat(998) + "\r\n").repeat(LINES).getBytes(US_ASCII);

    @TempDir
    Path directory;

    private static String user(int number) {
        return "user" + number + "@home.test";
    }

    @Test
    void allHaveItAndTheServerLives() throws Exception {
        List<String> users = IntStream.range(0, USERS).mapToObj(LargeMailToManyTest::user).toList();
        try (ServerProcess server = new ServerProcess(directory).jvmOption("-Xmx" + HEAP).start()) {
            server.addDomain("home.test");
            users.forEach(server::addUser);
            send(server, users);

            long least = (long) MEGABYTES * MEGABYTE.length;
            for (String user : users) {
                await(user).atMost(PATIENCE).pollInterval(Duration.ofSeconds(1))
                    .failFast("the server lives", () -> !server.isRunning())
                    .until(() -> inbox(server, user).octets() > least);
                assertThat(inbox(server, user).messages()).isEqualTo(1);
            }
        }
    }

    private static Pop3Dialogue.Stat inbox(ServerProcess server, String user) {
        try (Pop3Dialogue pop3 = Pop3Dialogue.connect("127.0.0.1", server.port("pop3"))) {
            Pop3Dialogue.Stat stat = pop3.login(user, SECRET).stat();
            pop3.quit();
            return stat;
        }
    }

    private static void send(ServerProcess server, List<String> users) {
        try (SmtpDialogue smtp = SmtpDialogue.connect("127.0.0.1", server.port("smtp"))) {
            smtp.expect(220);
            smtp.ehlo("client.test");
            smtp.command("MAIL FROM:<x@world.test>", 250);
            users.forEach(user -> smtp.command("RCPT TO:<" + user + ">", 250));
            smtp.command("DATA", 354);
            smtp.sendBytes("Subject: large\r\n\r\n".getBytes(US_ASCII));
            for (int i = 0; i < MEGABYTES; i++) {
                smtp.sendBytes(MEGABYTE);
            }
            smtp.send(".").expect(250);
        }
    }
}
