// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FleetTest {
    private final Fleet fleet = Fleet.everywhere();
    private final List<LineClient> clients = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        for (LineClient client : clients) {
            client.close();
        }
        fleet.close();
    }

    private LineClient connect(String host) throws IOException {
        LineClient client = new LineClient(host, fleet.port());
        clients.add(client);
        return client;
    }

    private LineClient greeted(String host) throws IOException {
        LineClient client = connect(host);
        assertThat(client.hear()).startsWith("220");
        assertThat(client.ask("EHLO home.test")).isEqualTo("250-fleet.test");
        String line = client.hear();
        while (line.startsWith("250-")) {
            line = client.hear();
        }
        return client;
    }

    private static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(5));
    }

    @Test
    void eachAddressIsAHostWithCountersOfItsOwn() throws IOException {
        assertThat(greeted("127.1.0.1").mail("one@home.test", "a@x.test", "b@x.test")).startsWith("250");
        LineClient other = greeted("127.200.3.4");
        assertThat(other.mail("two@home.test", "c@y.test")).startsWith("250");
        assertThat(other.mail("three@home.test", "d@y.test")).startsWith("250");

        assertThat(fleet.mails()).extracting(FleetMail::messageId)
            .containsExactly("one@home.test", "two@home.test", "three@home.test");
        FleetMail first = fleet.mails().get(0);
        assertThat(first.host()).isEqualTo("127.1.0.1");
        assertThat(first.sender()).isEqualTo("s@home.test");
        assertThat(first.recipients()).containsExactly("a@x.test", "b@x.test");
        assertThat(first.octets()).isEqualTo("Message-ID: <one@home.test>\r\n\r\n..dots\r\ntext\r\n".length());
        assertThat(fleet.host("127.1.0.1").taken()).isEqualTo(1);
        assertThat(fleet.host("127.1.0.1").recipients()).isEqualTo(2);
        assertThat(fleet.host("127.200.3.4").transactionsAt()).hasSize(2).isSorted();
        assertThat(fleet.host("127.200.3.4").opened()).isEqualTo(1);
        assertThat(fleet.taken()).isEqualTo(3);
        assertThat(fleet.recipients()).isEqualTo(4);
        assertThat(fleet.opened()).isEqualTo(2);
    }

    @Test
    void commandsAndContentInOnePieceAreReadOneByOne() throws IOException {
        LineClient client = greeted("127.1.0.1");
        client.say("RSET", "MAIL FROM:<>", "RCPT TO:<a@x.test>", "DATA", ".", "MAIL FROM:<>", "RCPT TO:<b@x.test>", "DATA", ".ok",
            ".",
            "QUIT");
        List<String> answers = new ArrayList<>();
        for (String answer = client.hear(); answer != null; answer = client.hear()) {
            answers.add(answer.substring(0, 3));
        }
        assertThat(answers).containsExactly("250", "250", "250", "354", "250", "250", "250", "354", "250", "221");
        assertThat(fleet.mails()).extracting(FleetMail::octets).containsExactly(0L, 5L);
    }

    @Test
    void connectionsAreCountedNowAtTheMostAndInAll() throws IOException {
        LineClient one = greeted("127.1.0.1");
        greeted("127.1.0.1");
        one.close();
        eventually().until(() -> fleet.host("127.1.0.1").open() == 1);
        greeted("127.1.0.1");
        assertThat(fleet.host("127.1.0.1").peak()).isEqualTo(2);
        assertThat(fleet.host("127.1.0.1").opened()).isEqualTo(3);
        assertThat(fleet.host("127.1.0.1").connectedAt()).hasSize(3);
        eventually().until(() -> fleet.open() == 2);
        assertThat(fleet.peak()).isEqualTo(2);
    }

    @Test
    void thousandsOfConnectionsStallAtOnce() throws IOException {
        fleet.byDefault(HostBehaviour.healthy().stallingAt(Phase.CONNECT));
        for (int i = 0; i < 3000; i++) {
            connect("127.2." + i / 250 + "." + (1 + i % 250));
        }
        eventually().until(() -> fleet.hosts().stream().mapToInt(FleetHost::stalled).sum() == 3000);
        assertThat(fleet.peak()).isEqualTo(3000);
        fleet.hosts().forEach(FleetHost::release);
        for (LineClient client : clients) {
            assertThat(client.hear()).startsWith("220");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Phase.class, names = {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"})
    void aStalledSessionGoesOnWhereItStoodWhenItIsReleased(Phase phase) throws IOException {
        FleetHost host = fleet.host("127.1.0.1").behave(HostBehaviour.healthy().stallingAt(phase).offering());
        LineClient client = connect("127.1.0.1");
        client.say("EHLO home.test", "MAIL FROM:<>", "RCPT TO:<a@x.test>", "DATA", ".");
        eventually().until(() -> host.stalled() == 1);
        assertThat(host.taken()).isZero();
        host.behave(HostBehaviour.healthy().offering()).release();
        for (String code : List.of("220", "250", "250", "250", "354", "250")) {
            assertThat(client.hear()).startsWith(code);
        }
        assertThat(host.taken()).isEqualTo(1);
        assertThat(host.stalled()).isZero();
        assertThat(host.leftByClient()).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Phase.class, names = {"STARTTLS", "HANDSHAKE"})
    void aHostThatStallsInTlsOffersIt(Phase phase) throws IOException {
        FleetHost host = fleet.host("127.1.0.1").behave(HostBehaviour.healthy().stallingAt(phase).offering());
        LineClient client = connect("127.1.0.1").say("EHLO home.test");
        assertThat(List.of(client.hear(), client.hear(), client.hear())).last().isEqualTo("250 STARTTLS");
        client.say("STARTTLS");
        eventually().until(() -> host.stalled() == 1);
        if (phase == Phase.HANDSHAKE) {
            assertThat(client.hear()).startsWith("220");
        }
    }

    @Test
    void aContentThatIsNotReadFillsTheBuffersBetween() throws Exception {
        FleetHost host = fleet.host("127.1.0.1").behave(HostBehaviour.healthy().stallingAt(Phase.CONTENT));
        LineClient client = greeted("127.1.0.1");
        client.say("MAIL FROM:<>", "RCPT TO:<a@x.test>", "DATA");
        Thread writer = new Thread(() -> {
            try {
                client.say("x".repeat(20 << 20), ".");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        writer.start();
        eventually().until(() -> host.stalled() == 1);
        // The buffers of both sides are far smaller than the content: only reading it lets the writer end.
        assertThat(writer.isAlive()).isTrue();
        host.release();
        writer.join();
        eventually().until(() -> host.taken() == 1);
        assertThat(fleet.mails().get(0).octets()).isEqualTo((20 << 20) + 2);
    }

    @Test
    void aContentIsNotKeptWhileItIsRead() throws IOException {
        LineClient client = greeted("127.1.0.1");
        client.say("MAIL FROM:<>", "RCPT TO:<a@x.test>", "DATA");
        assertThat(List.of(client.hear(), client.hear(), client.hear())).last().asString().startsWith("354");
        String line = "x".repeat(998);
        for (int i = 0; i < 10_000; i++) {
            client.say(line);
        }
        // It has read all but what the buffers of the system hold, and the end is still to come.
        assertThat(fleet.buffered()).isLessThan(2 << 20);
        assertThat(client.ask(".")).startsWith("250");
        assertThat(fleet.mails().get(0).octets()).isEqualTo(10_000_000);
    }

    @Test
    void aClientThatGivesUpIsCounted() throws IOException {
        FleetHost host = fleet.host("127.1.0.1").behave(HostBehaviour.healthy().stallingAt(Phase.EHLO));
        LineClient client = connect("127.1.0.1").say("EHLO home.test");
        eventually().until(() -> host.stalled() == 1);
        client.close();
        eventually().until(() -> host.leftByClient() == 1);
        assertThat(host.stalled()).isZero();
        assertThat(host.open()).isZero();
    }

    @Test
    void enoughMailsAreEnoughForAConnection() throws IOException {
        fleet.host("127.1.0.1").behave(HostBehaviour.healthy().mailsPerConnection(2));
        LineClient client = greeted("127.1.0.1");
        assertThat(client.mail("1", "a@x.test")).startsWith("250");
        assertThat(client.mail("2", "a@x.test")).startsWith("250");
        assertThat(client.mail("3", "a@x.test")).startsWith("421");
        assertThat(client.hear()).isNull();
        assertThat(greeted("127.1.0.1").mail("3", "a@x.test")).startsWith("250");
    }

    @Test
    void moreConnectionsThanAllowedAreTurnedAway() throws IOException {
        FleetHost host = fleet.host("127.1.0.1").behave(HostBehaviour.healthy().maxConnections(1));
        LineClient first = greeted("127.1.0.1");
        LineClient second = connect("127.1.0.1");
        assertThat(second.hear()).startsWith("421");
        assertThat(second.hear()).isNull();
        assertThat(host.refused()).isEqualTo(1);
        first.close();
        eventually().until(() -> host.open() == 0);
        greeted("127.1.0.1");
    }

    @Test
    void aHostTurnsAwayWithItsGreetingOrWithAReset() throws IOException {
        FleetHost host = fleet.host("127.1.0.1").behave(HostBehaviour.healthy().greeting("421 4.3.2 Closed for today"));
        LineClient turnedAway = connect("127.1.0.1");
        assertThat(turnedAway.hear()).isEqualTo("421 4.3.2 Closed for today");
        assertThat(turnedAway.hear()).isNull();
        host.behave(HostBehaviour.healthy().resetting());
        assertThatThrownBy(() -> connect("127.1.0.1").hear()).isInstanceOf(SocketException.class);
        assertThat(host.refused()).isEqualTo(2);
    }

    @Test
    void recipientsAndContentsAreRefusedAsToldAndOnlyTakenMailCounts() throws IOException {
        FleetHost host = fleet.host("127.1.0.1")
            .behave(HostBehaviour.healthy().rcpt(address -> address.startsWith("late") ? "450 4.2.0 later" : "250 ok"));
        LineClient client = greeted("127.1.0.1");
        assertThat(client.mail("1", "late@x.test", "now@x.test")).startsWith("250");
        assertThat(fleet.mails().get(0).recipients()).containsExactly("now@x.test");
        assertThat(client.mail("2", "late@x.test")).startsWith("554");
        host.behave(HostBehaviour.healthy().dot("452 4.3.1 full"));
        assertThat(client.mail("3", "now@x.test")).startsWith("452");
        assertThat(host.taken()).isEqualTo(1);
    }

    @Test
    void aMailWhoseAnswerWasCutOffIsTaken() throws IOException {
        FleetHost host = fleet.host("127.1.0.1").behave(HostBehaviour.healthy().hangingUpAt(Phase.DOT));
        assertThat(greeted("127.1.0.1").mail("1", "a@x.test")).isNull();
        assertThat(host.taken()).isEqualTo(1);
    }

    @Test
    void aSlowHostAnswersInTheRightOrder() throws IOException {
        fleet.host("127.1.0.1").behave(HostBehaviour.healthy().slow(Duration.ofMillis(5)));
        LineClient client = greeted("127.1.0.1");
        assertThat(client.mail("1", "a@x.test", "b@x.test")).startsWith("250");
        assertThat(client.ask("QUIT")).startsWith("221");
    }

    @Test
    void aHostAtAnAddressOfItsOwnClosesItsPortAndOpensItAgain() throws IOException {
        try (Fleet single = Fleet.at("127.1.0.1", "127.1.0.2")) {
            single.host("127.1.0.1").stopListening();
            assertThatThrownBy(() -> new LineClient("127.1.0.1", single.port())).isInstanceOf(ConnectException.class);
            try (LineClient other = new LineClient("127.1.0.2", single.port())) {
                assertThat(other.hear()).startsWith("220");
            }
            single.host("127.1.0.1").listen();
            try (LineClient again = new LineClient("127.1.0.1", single.port())) {
                assertThat(again.hear()).startsWith("220");
            }
        }
        assertThatThrownBy(() -> fleet.host("127.1.0.1").stopListening()).isInstanceOf(IllegalStateException.class);
    }
}
