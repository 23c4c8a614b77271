// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.it.JamesUnderTest.SECRET;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

import org.apache.james.core.Username;
import org.apache.james.mailbox.MessageManager.AppendCommand;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.modules.MailboxProbeImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.james.LastingMailboxes;

/** POP3 over sockets on mailboxes in a database: large ones, and a database that does not answer. */
class Pop3DatabaseTest {
    private static final String ANN = "ann@example.test";
    private static final String BOB = "bob@example.test";
    private static final byte[] MESSAGE = "Subject: one\r\n\r\nhello\r\n".getBytes(ISO_8859_1);

    @TempDir
    private static Path directory;

    private static LastingMailboxes mailboxes;
    private static JamesUnderTest james;

    @BeforeAll
    static void start() throws Exception {
        mailboxes = new LastingMailboxes(directory);
        james = JamesUnderTest.postlane().domain("example.test").user(ANN).user(BOB).override(mailboxes).start();
    }

    @AfterAll
    static void stop() {
        try (LastingMailboxes closed = mailboxes; JamesUnderTest stopped = james) {
            assertThat(stopped).isNotNull();
            assertThat(closed).isNotNull();
        }
    }

    private static void append(String user, int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            james.james().server().getProbe(MailboxProbeImpl.class)
                .appendMessage(user, MailboxPath.inbox(Username.of(user)), AppendCommand.builder().build(MESSAGE));
        }
    }

    private static Pop3Client connect() throws Exception {
        return Pop3Client.plain(james.port("pop3"));
    }

    private static long statementsToOpen(String user, int messages) throws Exception {
        long before = LastingMailboxes.statements();
        try (Pop3Client client = connect()) {
            assertThat(client.say("USER " + user, "PASS " + SECRET).get(1))
                .isEqualTo("+OK " + messages + " messages (" + (long) messages * MESSAGE.length + " octets)");
            return LastingMailboxes.statements() - before;
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(mailboxes.url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aMaildropIsListedWithAsManyStatementsHoweverLargeItIs() throws Exception {
        append(ANN, 1);
        long ofOne = statementsToOpen(ANN, 1);
        append(ANN, 449);

        assertThat(statementsToOpen(ANN, 450)).isEqualTo(ofOne);
    }

    @Test
    void aDatabaseThatDoesNotAnswerMakesNoMaildropEmptyAndNoMessageRemoved() throws Exception {
        append(BOB, 1);
        try (Pop3Client client = connect().login(BOB, SECRET); Pop3Client other = connect()) {
            execute("RENAME TABLE JAMES_MAIL_PROPERTY TO ELSEWHERE");
            assertThat(client.ask("RETR 1")).isEqualTo("-ERR [SYS/TEMP] message 1 cannot be read now");
            client.ask("QUIT");
            assertThat(other.say("USER " + BOB, "PASS " + SECRET).get(1))
                .isEqualTo("-ERR [SYS/TEMP] the maildrop cannot be listed now");

            execute("RENAME TABLE ELSEWHERE TO JAMES_MAIL_PROPERTY");
            assertThat(other.login(BOB, SECRET).retr(1)).isEqualTo(MESSAGE);
        }
    }
}
