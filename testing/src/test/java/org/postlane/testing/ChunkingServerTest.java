// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.reply;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Violation.Kind;

class ChunkingServerTest {

    private static SmtpServer serving(Behaviour behaviour) {
        return SmtpServer.builder().extensions("PIPELINING", "CHUNKING", "8BITMIME", "BINARYMIME", "SIZE 1000000")
            .behaviour(behaviour).start();
    }

    private static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static SmtpDialogue begun(SmtpServer server, String parameters) {
        SmtpDialogue client = SmtpDialogue.greeted(server.address());
        client.command("MAIL FROM:<a@x>" + parameters, 250);
        client.command("RCPT TO:<b@y>", 250);
        return client;
    }

    private static SmtpDialogue bdat(SmtpDialogue client, byte[] chunk, boolean last) {
        return client.sendBytes(octets("BDAT " + chunk.length + (last ? " LAST" : "") + "\r\n")).sendBytes(chunk);
    }

    private static List<Kind> kinds(SmtpServer server) {
        return server.violations().stream().map(Violation::kind).toList();
    }

    @Test
    void theContentIsTheChunksPutTogetherAndNeverParsed() {
        byte[] content = new byte[300_000];
        new Random(7).nextBytes(content);
        System.arraycopy(octets("\r\n.\r\n..\r\nQUIT\r\n"), 0, content, 99_990, 15);
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = begun(server, " BODY=BINARYMIME")) {
            bdat(client, Arrays.copyOf(content, 100_000), false).expect(250);
            bdat(client, new byte[0], false).expect(250);
            bdat(client, Arrays.copyOfRange(content, 100_000, 300_000), false).expect(250);
            assertThat(server.received()).isEmpty();
            client.command("BDAT 0 LAST", 250);
            client.quit();

            ReceivedMail mail = server.received().get(0);
            assertThat(mail.content()).isEqualTo(content);
            assertThat(mail.chunks()).isEqualTo(4);
            assertThat(mail.isChunked()).isTrue();
            assertThat(mail.acceptedAddresses()).containsExactly("b@y");
            assertThat(server.connections().get(0).clientLines()).contains("BDAT 200000", "(chunk, 200000 octets)");
            assertThat(server.connections().get(0).mailsCarried()).isEqualTo(1);
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void dotsAreContentAndLineEndsMayLieAcrossTwoChunks() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = begun(server, "")) {
            bdat(client, octets(".a\r"), false).expect(250);
            bdat(client, octets("\n.\r\n..b\r\n"), true).expect(250);
            assertThat(server.received().get(0).text()).isEqualTo(".a\r\n.\r\n..b\r\n");
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aMailByDataHasNoChunks() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendMail("a@x", List.of("b@y"), octets("x\r\n"));
            assertThat(server.received().get(0).isChunked()).isFalse();
            assertThat(server.received().get(0).chunks()).isZero();
            assertThat(server.received().get(0).acceptedAddresses()).containsExactly("b@y");
        }
    }

    @Test
    void whatTextMustNotHoldIsRecordedInChunksUnlessTheBodyIsBinary() {
        byte[] bad = octets("a\nb\r\n\0\r\ncaf\u00e9\r\n" + "y".repeat(999) + "\r\nd\r");
        try (SmtpServer server = serving(Behaviour.accepting())) {
            try (SmtpDialogue client = begun(server, "")) {
                bdat(client, bad, true).expect(250);
                assertThat(kinds(server)).containsExactlyInAnyOrder(Kind.BARE_LF, Kind.BARE_CR, Kind.CONTROL_CHARACTER,
                    Kind.UNANNOUNCED_8BIT, Kind.LONG_LINE);
            }
            server.forget();
            try (SmtpDialogue client = begun(server, " BODY=8BITMIME")) {
                bdat(client, octets("caf\u00e9\r\nc\rd\r\n"), true).expect(250);
                assertThat(kinds(server)).containsExactly(Kind.BARE_CR);
            }
            server.forget();
            try (SmtpDialogue client = begun(server, " BODY=BINARYMIME")) {
                bdat(client, bad, true).expect(250);
                assertThat(server.violations()).isEmpty();
            }
        }
    }

    @Test
    void binaryNeedsBothItsExtensionsAndChunks() {
        for (List<String> offered : List.of(List.of("8BITMIME", "CHUNKING"), List.of("8BITMIME", "BINARYMIME"))) {
            try (SmtpServer server = SmtpServer.builder().extensions(offered.toArray(String[]::new)).start();
                    SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
                client.command("MAIL FROM:<a@x> BODY=BINARYMIME", 250);
                assertThat(kinds(server)).containsExactly(Kind.UNOFFERED_PARAMETER);
            }
        }
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = begun(server, " BODY=BINARYMIME")) {
            client.command("DATA", 503);
            assertThat(kinds(server)).containsExactly(Kind.OUT_OF_ORDER);
        }
    }

    @Test
    void theOctetsOfARefusedBdatAreSwallowed() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            bdat(client, octets("QUIT\r\nRSET\r\n"), false).expect(503);
            client.command("MAIL FROM:<a@x>", 250);
            bdat(client, octets("QUIT\r\n"), true).expect(503);
            assertThat(kinds(server)).containsExactly(Kind.OUT_OF_ORDER, Kind.OUT_OF_ORDER);
            assertThat(server.statistics().commands("QUIT")).isZero();
            assertThat(server.statistics().commands("RSET")).isZero();
            assertThat(server.unaccepted()).isEmpty();
        }
    }

    @Test
    void aRefusedChunkFailsTheTransactionUntilRset() {
        Behaviour behaviour = Behaviour.accepting().bdat(reply("451 4.3.0 disk full")).afterFirst(1).once();
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = begun(server, "")) {
            client.sendBytes(octets("BDAT 1\r\naBDAT 1\r\nbBDAT 1\r\ncBDAT 3 LAST\r\nd\r\nMAIL FROM:<c@x>\r\n"));
            for (int code : new int[] {250, 451, 503, 503, 503}) {
                client.expect(code);
            }
            client.command("RSET", 250);
            client.command("MAIL FROM:<c@x>", 250);
            client.command("RCPT TO:<d@y>", 250);
            bdat(client, octets("x\r\n"), true).expect(250);
            assertThat(server.received()).hasSize(1);
            assertThat(server.received().get(0).text()).isEqualTo("x\r\n");
            assertThat(server.unaccepted()).isEmpty();
            // Only MAIL without RSET was the client's fault (RFC 3030, 2): the chunks were under way.
            assertThat(server.violations()).extracting(Violation::detail).containsExactly("MAIL within a transaction");
        }
    }

    @Test
    void theEndOfAMessageIsTaughtInOnePlaceAndMayDependOnItsWay() {
        Behaviour behaviour = Behaviour.accepting()
            .bdat(reply("250 2.0.0 a chunk"))
            .endOfData(ReceivedMail::isChunked, reply("554 5.6.0 no"));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = begun(server, "")) {
            assertThat(bdat(client, octets("x\r\n"), false).expect(250).text()).endsWith("a chunk");
            bdat(client, octets("x\r\n"), true).expect(554);
            client.sendMail("a@x", List.of("b@y"), octets("x\r\n"));
            assertThat(server.unaccepted()).extracting(ReceivedMail::chunks).containsExactly(2);
            assertThat(server.received()).extracting(ReceivedMail::chunks).containsExactly(0);
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aServerThatDoesNotKnowBdatExecutesItsOctets() {
        byte[] smuggled = octets("RSET\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nx\r\n.\r\n");
        for (boolean offered : new boolean[] {true, false}) {
            String[] extensions = offered ? new String[] {"CHUNKING"} : new String[0];
            try (SmtpServer server = SmtpServer.builder().extensions(extensions)
                    .behaviour(Behaviour.accepting().bdatUnknown().once()).start();
                    SmtpDialogue client = begun(server, "")) {
                bdat(client, smuggled, true).expect(500);
                for (int code : new int[] {250, 250, 250, 354, 250}) {
                    client.expect(code);
                }
                assertThat(server.received()).extracting(ReceivedMail::mailFrom).containsExactly("evil@x");
                assertThat(kinds(server).contains(Kind.UNKNOWN_COMMAND)).isNotEqualTo(offered);
            }
        }
    }

    @Test
    void aServerMayKnowBdatOnOneConnectionAndNotOnTheNext() {
        try (SmtpServer server = serving(Behaviour.accepting().bdatUnknown().onConnection(2));
                SmtpDialogue first = begun(server, ""); SmtpDialogue second = begun(server, "")) {
            bdat(first, octets("NOOP\r\n"), true).expect(250);
            bdat(second, octets("NOOP\r\n"), true).expect(500);
            second.expect(250);
            assertThat(server.statistics().commands("NOOP")).isEqualTo(1);
        }
    }

    @Test
    void aServerMayStallOrAnswerBeforeItReadsTheOctets() {
        Stall stall = new Stall();
        Behaviour behaviour = Behaviour.accepting().bdatOctets(reply("552 5.3.4 enough")).once();
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = begun(server, "")) {
            client.send("BDAT 6").expect(552);
            client.sendBytes(octets("QUIT\r\n"));
            client.command("BDAT 0 LAST", 503);
            client.command("RSET", 250);
            assertThat(server.statistics().commands("QUIT")).isZero();
        }
        try (SmtpServer server = serving(Behaviour.accepting().bdatOctets(Reaction.stall(stall)));
                SmtpDialogue client = begun(server, "")) {
            bdat(client, octets("x\r\n"), true);
            await().until(() -> stall.waiting() == 1);
            stall.release();
            client.expect(250);
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aConnectionThatEndsWithinAChunkLeavesNoMail() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = begun(server, "")) {
            client.sendBytes(octets("BDAT 10 LAST\r\nx\r\n")).close();
            await().until(() -> server.openConnections().isEmpty());
            assertThat(server.received()).isEmpty();
            assertThat(server.unaccepted()).isEmpty();
            assertThat(server.connections().get(0).ending()).contains(Ending.EOF);
        }
    }

    @Test
    void dataAndBdatInOneTransactionAreAViolationEitherWay() {
        Behaviour behaviour = Behaviour.accepting().data(reply("451 4.3.0 later"));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = begun(server, "")) {
            bdat(client, octets("x\r\n"), false).expect(250);
            server.forget();
            client.command("DATA", 451);
            client.command("RCPT TO:<c@y>", 503);
            bdat(client, octets("x\r\n"), true).expect(503);
            client.command("RSET", 250);
            client.command("MAIL FROM:<a@x>", 250);
            client.command("RCPT TO:<b@y>", 250);
            client.command("DATA", 451);
            bdat(client, octets("x\r\n"), true).expect(503);
            assertThat(server.violations()).extracting(Violation::detail).containsExactly("DATA and BDAT in one transaction",
                "RCPT behind BDAT", "BDAT and DATA in one transaction", "BDAT and DATA in one transaction");
        }
    }

    @Test
    void aBdatThatCannotBeReadIsRecorded() {
        try (SmtpServer server = serving(Behaviour.accepting()); SmtpDialogue client = begun(server, "")) {
            for (String malformed : List.of("BDAT", "BDAT x", "BDAT -1", "BDAT 0 FIRST", "BDAT  0", "BDAT 0 LAST ")) {
                client.command(malformed, 501);
            }
            client.command("bdat 0 last", 250);
            assertThat(kinds(server)).hasSize(6).containsOnly(Kind.MALFORMED_COMMAND);
        }
    }

    @Test
    void tooManyOctetsAreTooManyHoweverTheyAreCut() {
        try (SmtpServer server = SmtpServer.builder().extensions("CHUNKING", "SIZE 10").start();
                SmtpDialogue client = begun(server, "")) {
            bdat(client, octets("12345678"), false).expect(250);
            bdat(client, octets("901"), false).expect(552);
            assertThat(server.violations()).isEmpty();
            client.command("BDAT 0 LAST", 503);
            assertThat(kinds(server)).containsExactly(Kind.OUT_OF_ORDER);
        }
    }

    @Test
    void nextTransactionsMayStandBehindTheEndOfAMessageWithPipeliningOnly() {
        String group = "MAIL FROM:<c@x>\r\nRCPT TO:<d@y>\r\nBDAT 3 LAST\r\n2\r\nMAIL FROM:<e@x>\r\nRCPT TO:<f@y>\r\nDATA\r\n";
        for (boolean pipelining : new boolean[] {true, false}) {
            String[] extensions = pipelining ? new String[] {"CHUNKING", "PIPELINING"} : new String[] {"CHUNKING"};
            try (SmtpServer server = SmtpServer.builder().extensions(extensions).start();
                    SmtpDialogue client = begun(server, "")) {
                client.command("DATA", 354);
                client.sendBytes((".\r\n" + group).getBytes(US_ASCII));
                for (int code : new int[] {250, 250, 250, 250, 250, 250, 354}) {
                    client.expect(code);
                }
                client.sendBytes(octets("3\r\n.\r\n")).expect(250);
                assertThat(server.received()).extracting(ReceivedMail::text).containsExactly("", "2\r\n", "3\r\n");
                assertThat(server.received()).extracting(ReceivedMail::transactionNumber).containsExactly(1, 2, 3);
                // Behind the dot, MAIL, RCPT, BDAT LAST, MAIL and RCPT.
                assertThat(kinds(server)).hasSize(pipelining ? 0 : 6)
                    .allMatch(kind -> kind == Kind.UNASKED_PIPELINING);
            }
        }
    }

    @Test
    void aRefusedTransactionBehindAnotherIsNoViolationUnderPipelining() {
        Behaviour behaviour = Behaviour.accepting().mail("c@x", reply("550 5.7.1 not you"));
        try (SmtpServer server = serving(behaviour); SmtpDialogue client = begun(server, "")) {
            String refused = "MAIL FROM:<c@x>\r\nRCPT TO:<d@y>\r\nBDAT 2\r\n\r\nBDAT 3 LAST\r\n2\r\n";
            String third = "RSET\r\nMAIL FROM:<e@x>\r\nRCPT TO:<f@y>\r\nBDAT 3 LAST\r\n3\r\n";
            client.sendBytes(octets("BDAT 3 LAST\r\n1\r\n" + refused + third));
            for (int code : new int[] {250, 550, 503, 503, 503, 250, 250, 250, 250}) {
                client.expect(code);
            }
            assertThat(server.received()).extracting(ReceivedMail::text).containsExactly("1\r\n", "3\r\n");
            assertThat(server.violations()).isEmpty();
        }
    }
}
