// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.it.JamesUnderTest.SECRET;
import static org.postlane.it.Pop3Fixture.SMALL;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a client sees of POP3, command by command. */
class Pop3Test {
    private static final String DOTTED = "Subject: dots\r\n\r\n.\r\n..\r\n.leading\r\nnot.leading.\r\n";

    @RegisterExtension
    static Pop3Fixture pop3 = Pop3Fixture.postlane();

    private static List<String> capabilities(Pop3Client client) throws Exception {
        return client.list("CAPA");
    }

    @Test
    void oneSessionKnowsEveryCommandOfTheProtocol() throws Exception {
        String user = pop3.user(SMALL, DOTTED);
        long validity = pop3.maildrops.inbox(user).validity();
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.greeting()).isEqualTo("+OK POP3 server ready");
            assertThat(client.say("USER " + user, "PASS " + SECRET))
                .containsExactly("+OK now PASS", "+OK 2 messages (71 octets)");
            assertThat(client.say("STAT", "NOOP")).containsExactly("+OK 2 71", "+OK nothing done");
            assertThat(client.list("LIST")).containsExactly("1 23", "2 48");
            assertThat(client.say("LIST 2", "UIDL 2")).containsExactly("+OK 2 48", "+OK 2 " + validity + "-2");
            assertThat(client.list("UIDL")).containsExactly("1 " + validity + "-1", "2 " + validity + "-2");
            assertThat(client.ask("RETR 1")).isEqualTo("+OK 23 octets");
            assertThat(client.content()).isEqualTo(SMALL.getBytes(ISO_8859_1));
            assertThat(client.list("TOP 2 1")).containsExactly("Subject: dots", "", ".");
            assertThat(client.say("DELE 1", "STAT", "RSET", "STAT", "DELE 1", "QUIT")).containsExactly(
                "+OK message 1 goes at QUIT", "+OK 1 48", "+OK 2 messages (71 octets)", "+OK 2 71", "+OK message 1 goes at QUIT",
                "+OK 1 messages removed, 1 left");
            assertThat(client.rest()).isEmpty();
        }
        assertThat(pop3.maildrops.inbox(user).uids()).containsExactly(2L);
    }

    @Test
    void statCountsTheMessagesThatAreNotMarkedAndTheirOctets() throws Exception {
        String user = pop3.user(SMALL, DOTTED, SMALL);
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.ask("STAT")).isEqualTo("-ERR log in first");
            client.login(user, SECRET);
            assertThat(client.say("STAT", "STAT 1", "STAT x"))
                .containsExactly("+OK 3 94", "-ERR usage: STAT", "-ERR usage: STAT");
            assertThat(client.say("DELE 2", "STAT", "DELE 1", "DELE 3", "STAT")).containsExactly("+OK message 2 goes at QUIT",
                "+OK 2 46", "+OK message 1 goes at QUIT", "+OK message 3 goes at QUIT", "+OK 0 0");
        }
        try (Pop3Client client = pop3.login(pop3.user())) {
            assertThat(client.ask("STAT")).as("an empty maildrop").isEqualTo("+OK 0 0");
        }
    }

    @Test
    void listHasTheSizeOfEachMessageThatIsNotMarkedOrOfTheOneThatIsAskedFor() throws Exception {
        String user = pop3.user(SMALL, DOTTED, SMALL);
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("LIST", "LIST 1")).containsOnly("-ERR log in first");
            client.login(user, SECRET);
            assertThat(client.list("LIST")).containsExactly("1 23", "2 48", "3 23");
            assertThat(client.ask("LIST 2")).isEqualTo("+OK 2 48");
            assertThat(client.say("LIST x", "LIST -1", "LIST 1 2")).allMatch(response -> response.startsWith("-ERR usage: LIST"));
            assertThat(client.say("LIST 0", "LIST 4")).containsExactly("-ERR no message 0", "-ERR no message 4");
            client.ask("DELE 2");
            assertThat(client.list("LIST")).containsExactly("1 23", "3 23");
            assertThat(client.say("LIST 2", "LIST 3")).containsExactly("-ERR no message 2", "+OK 3 23");
        }
        try (Pop3Client client = pop3.login(pop3.user())) {
            assertThat(client.list("LIST")).as("an empty maildrop").isEmpty();
        }
    }

    @Test
    void noopDoesNothingAndMarksStay() throws Exception {
        String user = pop3.user(SMALL, DOTTED);
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.ask("NOOP")).isEqualTo("-ERR log in first");
            client.login(user, SECRET);
            assertThat(client.say("NOOP", "NOOP x", "NOOP")).containsExactly("+OK nothing done", "-ERR usage: NOOP",
                "+OK nothing done");
            assertThat(client.say("DELE 1", "NOOP", "STAT", "QUIT")).containsExactly("+OK message 1 goes at QUIT",
                "+OK nothing done", "+OK 1 48", "+OK 1 messages removed, 1 left");
        }
        assertThat(pop3.maildrops.inbox(user).uids()).containsExactly(2L);
    }

    @Test
    void rsetTakesEveryMarkBackAndThenQuitRemovesNothing() throws Exception {
        String user = pop3.user(SMALL, DOTTED);
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.ask("RSET")).isEqualTo("-ERR log in first");
            client.login(user, SECRET);
            assertThat(client.ask("RSET")).as("nothing is marked").isEqualTo("+OK 2 messages (71 octets)");
            client.say("DELE 1", "DELE 2");
            assertThat(client.say("RSET 1", "STAT")).as("refused").containsExactly("-ERR usage: RSET", "+OK 0 0");
            assertThat(client.say("RSET", "STAT", "LIST 1"))
                .containsExactly("+OK 2 messages (71 octets)", "+OK 2 71", "+OK 1 23");
            assertThat(client.retr(1)).isEqualTo(SMALL.getBytes(ISO_8859_1));
            assertThat(client.ask("QUIT")).isEqualTo("+OK 0 messages removed, 2 left");
        }
        assertThat(pop3.maildrops.inbox(user).uids()).containsExactly(1L, 2L);
    }

    @Test
    void theGreetingOffersNoApopBecauseThereIsNone() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.greeting()).doesNotContain("<");
            assertThat(client.ask("APOP alice c4c9334bac560ecc979e58001b3e22fb")).isEqualTo("-ERR unknown command");
        }
    }

    @Test
    void capabilitiesAreTheSameBeforeAndAfterTheLogin() throws Exception {
        String user = pop3.user();
        try (Pop3Client client = pop3.connect()) {
            List<String> before = capabilities(client);
            assertThat(before).containsExactly("USER", "STLS", "TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING",
                "EXPIRE NEVER", "IMPLEMENTATION Postlane");
            client.login(user, SECRET);
            assertThat(capabilities(client)).isEqualTo(before);
        }
    }

    @Test
    void commandsOfTheTransactionNeedALogin() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("STAT", "LIST", "RETR 1", "DELE 1", "RSET", "NOOP", "UIDL", "TOP 1 1"))
                .containsOnly("-ERR log in first");
            assertThat(client.say("PASS " + SECRET, "QUIT")).containsExactly("-ERR USER first", "+OK bye");
        }
    }

    @Test
    void argumentsThatDoNotFitAreErrorsAndTheSessionGoesOn() throws Exception {
        try (Pop3Client client = pop3.login(pop3.user(SMALL))) {
            assertThat(client.say("RETR", "RETR x", "RETR 1 1", "RETR -1", "DELE", "DELE 99999999999", "TOP 1", "TOP 1 -1",
                "TOP 1 x", "LIST x", "UIDL 1 2", "STAT 1", "NOOP x", "RSET 1"))
                .allMatch(response -> response.startsWith("-ERR usage: "));
            assertThat(client.say("RETR 0", "RETR 2", "LIST 2", "UIDL 2", "TOP 2 0", "DELE 2"))
                .allMatch(response -> response.startsWith("-ERR no message "));
            assertThat(client.say("USER x", "PASS x")).containsOnly("-ERR logged in already");
            assertThat(client.say("", "FOO", " STAT")).containsOnly("-ERR unknown command");
            assertThat(client.say("stat", "List  1", "LIST 1 ")).containsExactly("+OK 1 23", "+OK 1 23", "+OK 1 23");
        }
    }

    @Test
    void aDeletedMessageIsGoneFromEveryAnswerAndTheOthersKeepTheirNumbers() throws Exception {
        try (Pop3Client client = pop3.login(pop3.user(SMALL, DOTTED, SMALL))) {
            assertThat(client.say("DELE 2", "STAT")).containsExactly("+OK message 2 goes at QUIT", "+OK 2 46");
            assertThat(client.list("LIST")).containsExactly("1 23", "3 23");
            assertThat(client.list("UIDL")).extracting(line -> line.split(" ")[0]).containsExactly("1", "3");
            assertThat(client.say("RETR 2", "DELE 2", "LIST 2", "UIDL 2", "TOP 2 1")).containsOnly("-ERR no message 2");
        }
    }

    @Test
    void aWrongPasswordAndAnUnknownUserGetOneAnswer() throws Exception {
        String user = pop3.user();
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("USER " + user, "PASS wrong", "USER nobody@local.test", "PASS wrong"))
                .containsExactly("+OK now PASS", "-ERR [AUTH] name and password do not fit",
                    "+OK now PASS", "-ERR [AUTH] name and password do not fit");
            assertThat(client.say("PASS " + SECRET)).as("a name is for one try").containsExactly("-ERR USER first");
            assertThat(client.login(user, SECRET).ask("STAT")).isEqualTo("+OK 0 0");
        }
    }

    @Test
    void aPasswordMayHoldSpacesAndLettersBeyondAscii() throws Exception {
        String password = " grün  und blau ";
        String user = pop3.userWithPassword(password);
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.login(user, password).ask("STAT")).isEqualTo("+OK 0 0");
        }
    }

    @Test
    void aMaildropOfAUserWithoutInboxIsEmpty() throws Exception {
        String user = pop3.user();
        pop3.mailboxes().deleteMailbox("#private", user, "INBOX");
        try (Pop3Client client = pop3.login(user)) {
            assertThat(client.ask("STAT")).isEqualTo("+OK 0 0");
            assertThat(client.list("LIST")).isEmpty();
            assertThat(client.list("UIDL")).isEmpty();
        }
    }

    @Test
    void uniqueIdsAreMadeOfWhatTheStoreKeepsAndAreNeverGivenTwice() throws Exception {
        String user = pop3.user(SMALL, SMALL);
        long validity = pop3.maildrops.inbox(user).validity();
        try (Pop3Client client = pop3.login(user)) {
            assertThat(client.list("UIDL")).containsExactly("1 " + validity + "-1", "2 " + validity + "-2");
            client.say("DELE 1", "DELE 2", "QUIT");
        }
        pop3.append(user, SMALL);
        try (Pop3Client client = pop3.login(user)) {
            assertThat(client.list("UIDL")).containsExactly("1 " + validity + "-3");
        }
        pop3.mailboxes().deleteMailbox("#private", user, "INBOX");
        try (Pop3Client client = pop3.login(user)) {
            pop3.append(user, SMALL);
            client.ask("QUIT");
        }
        try (Pop3Client client = pop3.login(user)) {
            long anew = pop3.maildrops.inbox(user).validity();
            assertThat(anew).isNotEqualTo(validity);
            assertThat(client.list("UIDL")).containsExactly("1 " + anew + "-1");
        }
    }

    @Test
    void aMessageArrivesOctetForOctetAndItsSizeIsWhatArrives() throws Exception {
        StringBuilder octets = new StringBuilder("Subject: all\r\n\r\n");
        for (char octet = 0; octet < 256; octet++) {
            octets.append(octet);
        }
        octets.append("\r\n");
        List<String> messages = List.of(SMALL, DOTTED, octets.toString(), ".\r\n..\r\n\r\n.\r\n", "\r\n", "\r\n\r\n\r\n",
            "A: b\r\n\r\nbare\nLF\n.\nbare\rCR\r.\r\n", "A: b\n\nLF\n.\r\ndot\r\n.\n..\n\n.\r\n",
            "A: b\r\n\r\n" + "x".repeat(200_000) + "\r\n", "A: b\r\n\r\n" + ".\r\n".repeat(70_000));
        try (Pop3Client client = pop3.login(pop3.user(messages.toArray(String[]::new)))) {
            for (int number = 1; number <= messages.size(); number++) {
                byte[] stored = messages.get(number - 1).getBytes(ISO_8859_1);
                assertThat(client.ask("LIST " + number)).isEqualTo("+OK " + number + " " + stored.length);
                assertThat(client.retr(number)).isEqualTo(stored);
            }
        }
    }

    @Test
    void aDotBehindABareLfEndsAMessageForNoClient() throws Exception {
        String message = "A: b\n\nLF\n.\r\nQUIT\r\n.\n\r\n";
        try (Pop3Client client = pop3.login(pop3.user(message))) {
            assertThat(client.retr(1)).asString().isEqualTo(message);
            assertThat(client.ask("RETR 1")).startsWith("+OK");
            assertThat(client.strictContent()).asString().isEqualTo("A: b\n\nLF\n..\r\nQUIT\r\n.\n\r\n");
            assertThat(client.ask("STAT")).isEqualTo("+OK 1 " + message.length());
        }
    }

    @Test
    void aMessageWithoutALastLineEndGetsOneAndNothingElse() throws Exception {
        try (Pop3Client client = pop3.login(pop3.user("A: b\r\n\r\nend", "A: b\r\n\r\nend\r", "A: b\r\n\r\nend\n", "A: b"))) {
            assertThat(client.retr(1)).asString().isEqualTo("A: b\r\n\r\nend\r\n");
            assertThat(client.retr(2)).asString().isEqualTo("A: b\r\n\r\nend\r\r\n");
            assertThat(client.retr(3)).asString().isEqualTo("A: b\r\n\r\nend\n\r\n");
            assertThat(client.retr(4)).asString().isEqualTo("A: b\r\n");
        }
    }

    @Test
    void topSendsTheHeaderAndSoManyLinesOfTheBody() throws Exception {
        String header = "Subject: top\r\nX: y\r\n\r\n";
        String user = pop3.user(header + "one\r\n.two\r\n\r\nfour\r\n", "Subject: no body\r\n", "Subject: LF\n\none\ntwo\r\n");
        try (Pop3Client client = pop3.login(user)) {
            List<String> expected = List.of("", "one\r\n", "one\r\n.two\r\n", "one\r\n.two\r\n\r\n");
            for (int lines = 0; lines < expected.size(); lines++) {
                assertThat(client.ask("TOP 1 " + lines)).startsWith("+OK");
                assertThat(client.content()).asString().isEqualTo(header + expected.get(lines));
            }
            client.ask("TOP 1 1000");
            assertThat(client.content()).asString().isEqualTo(header + "one\r\n.two\r\n\r\nfour\r\n");
            assertThat(client.list("TOP 2 5")).containsExactly("Subject: no body");
            client.ask("TOP 3 1");
            assertThat(client.content()).asString().isEqualTo("Subject: LF\n\none\n\r\n");
        }
    }

    @Test
    void pipelinedCommandsAreAnsweredInTheirOrder() throws Exception {
        try (Pop3Client client = pop3.login(pop3.user(SMALL, DOTTED))) {
            int rounds = 300;
            client.send("RETR 2\r\nSTAT\r\nLIST 1\r\nNOOP\r\n".repeat(rounds) + "QUIT\r\n");
            for (int round = 0; round < rounds; round++) {
                assertThat(client.line()).isEqualTo("+OK 48 octets");
                assertThat(client.content()).isEqualTo(DOTTED.getBytes(ISO_8859_1));
                assertThat(List.of(client.line(), client.line(), client.line()))
                    .containsExactly("+OK 2 71", "+OK 1 23", "+OK nothing done");
            }
            assertThat(client.line()).isEqualTo("+OK 0 messages removed, 2 left");
        }
    }

    @Test
    void aLineThatIsTooLongIsRefused() throws Exception {
        try (Pop3Client client = pop3.connect()) {
            client.send("USER " + "x".repeat(10_000) + "\r\n");
            assertThat(client.line()).startsWith("-ERR");
        }
    }
}
