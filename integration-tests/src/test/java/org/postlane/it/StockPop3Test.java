// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.it.JamesUnderTest.SECRET;
import static org.postlane.it.Pop3Fixture.SMALL;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What James' own POP3 handlers do, as of 3.8.1: where they are right, and why they are replaced where they are not. A test that
 * fails here with another James says that a reason may be gone.
 */
class StockPop3Test {
    @RegisterExtension
    static Pop3Fixture pop3 = Pop3Fixture.stock();

    @Test
    void stockServesMessagesOctetForOctetAndRemovesThemAtQuit() throws Exception {
        String dotted = "Subject: dots\r\n\r\n.\r\n..\r\nß\r\n";
        String user = pop3.user(SMALL, dotted);
        try (Pop3Client client = pop3.login(user)) {
            assertThat(client.retr(2)).isEqualTo(dotted.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(client.say("DELE 1", "STAT", "RSET", "DELE 2", "QUIT")).allMatch(response -> response.startsWith("+OK"));
        }
        assertThat(pop3.maildrops.inbox(user).uids()).containsExactly(1L);
    }

    @Test
    void stockLetsASecondSessionIntoTheMaildrop() throws Exception {
        String user = pop3.user(SMALL);
        try (Pop3Client first = pop3.login(user); Pop3Client second = pop3.login(user)) {
            assertThat(first.ask("STAT")).isEqualTo(second.ask("STAT"));
        }
    }

    @Test
    void stockListsTheMailboxAtLoginAndAtRsetAndLooksItUpForEachCommandOnNettysThread() throws Exception {
        try (Pop3Client client = pop3.login(pop3.user(SMALL, SMALL))) {
            assertThat(pop3.maildrops.count("getMessages")).isEqualTo(1);
            client.say("STAT", "NOOP", "LIST 1", "UIDL 1", "RSET");
        }
        assertThat(pop3.maildrops.count("getMessages")).isEqualTo(2);
        assertThat(pop3.maildrops.count("getIdentifier")).isGreaterThanOrEqualTo(5);
        assertThat(pop3.maildrops.calls).extracting(WatchedMaildrops.Call::thread)
            .allMatch(thread -> thread.startsWith("pop3server-io"));
    }

    @Test
    void stockShowsAMailboxThatCannotBeListedAsAnEmptyMaildrop() throws Exception {
        String user = pop3.user(SMALL);
        pop3.maildrops.listing = () -> {
            throw new IOException("ordered by the test");
        };
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("USER " + user, "PASS " + SECRET, "STAT")).last().isEqualTo("+OK 0 0");
        }
    }

    @Test
    void stockGivesOneUniqueIdTwiceWhenTheMailboxIsMadeAnew() throws Exception {
        String user = pop3.user(SMALL);
        String before;
        try (Pop3Client client = pop3.login(user)) {
            before = client.ask("UIDL 1");
        }
        pop3.mailboxes().deleteMailbox("#private", user, "INBOX");
        try (Pop3Client client = pop3.login(user)) {
            client.ask("QUIT");
        }
        pop3.append(user, "Subject: another\r\n\r\n");
        try (Pop3Client client = pop3.login(user)) {
            assertThat(client.ask("UIDL 1")).isEqualTo(before).isEqualTo("+OK 1 1");
        }
    }

    @Test
    void stockOffersApopInItsGreetingAndDoesNotKnowIt() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.greeting()).containsPattern("<.*@.*>");
            assertThat(client.ask("APOP alice c4c9334bac560ecc979e58001b3e22fb")).startsWith("-ERR");
        }
    }

    @Test
    void stockHidesTopAndUidlBeforeTheLoginAndOffersStlsUnderTls() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.list("CAPA")).contains("STLS").doesNotContain("TOP", "UIDL", "RESP-CODES");
            client.ask("STLS");
            client.startTls();
            assertThat(client.list("CAPA")).contains("STLS");
        }
    }

    @Test
    void stockAnswersAWrongPasswordWithoutAResponseCode() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("USER " + pop3.user(), "PASS wrong").get(1)).isEqualTo("-ERR Authentication failed.");
        }
    }

    @Test
    void stockCannotTakeAPasswordBeyondAscii() throws Exception {
        String user = pop3.userWithPassword("grün");
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("USER " + user, "PASS grün").get(1)).startsWith("-ERR");
        }
    }

    @Test
    void stockTellsAFailureAtQuitWithoutAResponseCode() throws Exception {
        pop3.maildrops.removal = () -> {
            throw new IOException("ordered by the test");
        };
        try (Pop3Client client = pop3.login(pop3.user(SMALL))) {
            assertThat(client.say("DELE 1", "QUIT").get(1)).isEqualTo("-ERR Some deleted messages were not removed");
        }
    }

    @Test
    void stockPutsTheNextResponseIntoAMessageThatBreaksOff() throws Exception {
        pop3.maildrops.content = content -> new BrokenMessage(content, 200_000);
        try (Pop3Client client = pop3.login(pop3.user("A: b\r\n\r\n" + "x\r\n".repeat(100_000)))) {
            assertThat(client.ask("RETR 1")).startsWith("+OK");
            client.send("NOOP\r\n");
            String line = client.line();
            while (!line.contains("+OK")) {
                assertThat(line).isNotEqualTo(".");
                line = client.line();
            }
        }
    }

    @Test
    void stockRefusesStlsBehindUserAndEndsTheConnectionAtTheNextCommand() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("USER " + pop3.user(), "STLS")).containsExactly("+OK", "-ERR");
            client.send("PASS " + SECRET + "\r\n");
            assertThat(client.rest()).doesNotContain("+OK");
        }
    }

    @Test
    void stockTakesAPasswordWithoutTls() throws Exception {
        try (Pop3Client client = pop3.login(pop3.user())) {
            assertThat(client.ask("STAT")).isEqualTo("+OK 0 0");
        }
    }
}
