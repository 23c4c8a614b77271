// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.pool.DiscardReason;
import org.postlane.schedule.DestinationStatus;
import org.postlane.smtp.Relay;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Stall;
import org.postlane.testing.TestTls;

/** Mails that follow each other on one connection before the first is answered, from the mailet to the wire. */
class FollowingMailsTest {
    private static final int WARM_UP = 6;
    private static final String[] DATA = {"PIPELINING", "ENHANCEDSTATUSCODES"};
    private static final String[] BDAT = {"PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES"};
    private static final String[] NO_MORE = {"mailsInFlightPerConnection", "1"};

    private final ScriptedBehaviour behaviour = Behaviour.accepting();
    private final Stall stall = new Stall();
    private SmtpServer server;
    private Relay relay;
    private Delivery delivery;

    /** One connection, over which so many mails have gone as it takes until the server is known and the destination has grown. */
    private void start(String[] extensions, String... parameters) throws Exception {
        start(SmtpServer.builder().behaviour(behaviour).extensions(extensions), parameters);
    }

    private void start(SmtpServerBuilder builder, String... parameters) throws Exception {
        server = builder.start();
        relay = new Relay(server);
        delivery = new Delivery().mx("a.test", "127.0.0.1:" + relay.address().getPort());
        List<String> all = new ArrayList<>(List.of("maxConnectionsPerHost", "1"));
        all.addAll(Arrays.asList(parameters));
        delivery.start(all.toArray(String[]::new));
        for (int i = 0; i < WARM_UP; i++) {
            delivery.send("warm" + i, "warm" + i + "@a.test");
            delivery.settled();
        }
    }

    @AfterEach
    void end() {
        stall.release();
        delivery.close();
        relay.close();
        server.close();
    }

    private void send(int first, int count) throws Exception {
        for (int i = first; i < first + count; i++) {
            delivery.send("m" + i, "m" + i + "@a.test");
        }
    }

    /** Sends one, and when its end is held the next one, which is on its way behind it then: turns have no order of their own. */
    private void sendInTurn(int first, Stall end) throws Exception {
        int before = relay.count("\r\nDATA\r\n");
        send(first, 1);
        eventually().until(() -> end.waiting() == 1);
        send(first + 1, 1);
        said("\r\nDATA\r\n", before + 2);
    }

    /** The next answer to the end of a mail waits, and is this. */
    private void holdNextEnd(Reaction answer) {
        behaviour.endOfData(Reaction.stall(stall).then(answer)).once();
    }

    private void said(String what, int times) {
        eventually().untilAsserted(() -> assertThat(relay.count(what)).as(what).isEqualTo(times));
    }

    private List<String> recipients() {
        return server.received().stream().map(ReceivedMail::recipientAddresses).flatMap(List::stream)
            .filter(recipient -> recipient.startsWith("m")).map(recipient -> recipient.split("@")[0]).sorted().toList();
    }

    @Test
    void byDataTheNextMailIsOnItsWayBeforeTheAnswerToTheDot() throws Exception {
        start(DATA);
        holdNextEnd(Reaction.proceed());
        send(0, 4);
        eventually().until(() -> stall.waiting() == 1);
        said("MAIL FROM:", WARM_UP + 2);
        said("\r\nDATA\r\n", WARM_UP + 2);
        stall.release();
        delivery.settled();

        assertThat(recipients()).containsExactly("m0", "m1", "m2", "m3");
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
        assertThat(server.violations()).isEmpty();
        assertThat(delivery.engine.stats().followed()).isPositive();
    }

    @Test
    void byBdatAsManyMailsAreOnTheirWayAsAreAllowed() throws Exception {
        start(BDAT, "mailsInFlightPerConnection", "3");
        holdNextEnd(Reaction.proceed());
        send(0, 5);
        eventually().until(() -> stall.waiting() == 1);
        said(" LAST\r\n", WARM_UP + 3);
        eventually().until(() -> delivery.engine.stats().waiting() == 2);
        assertThat(relay.count("MAIL FROM:")).isEqualTo(WARM_UP + 3);
        stall.release();
        delivery.settled();

        assertThat(recipients()).containsExactly("m0", "m1", "m2", "m3", "m4");
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
        assertThat(server.violations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "PIPELINING CHUNKING"})
    void overTlsTheyFollowAsWell(String extensions) throws Exception {
        start(SmtpServer.builder().behaviour(behaviour).startTls(TestTls.forHost("mx.test")).extensions(extensions.split(" ")));
        holdNextEnd(Reaction.proceed());
        send(0, 4);
        eventually().until(() -> stall.waiting() == 1 && delivery.engine.stats().followed() > 0);
        stall.release();
        delivery.settled();

        assertThat(recipients()).containsExactly("m0", "m1", "m2", "m3");
        assertThat(server.received()).allMatch(ReceivedMail::tls);
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
        assertThat(server.violations()).isEmpty();
    }

    @Test
    void whereNoMoreThanOneIsAllowedEachWaitsForTheAnswerToTheOneBefore() throws Exception {
        start(BDAT, NO_MORE);
        holdNextEnd(Reaction.proceed());
        send(0, 3);
        eventually().until(() -> stall.waiting() == 1 && delivery.engine.stats().waiting() == 2);
        assertThat(relay.count("MAIL FROM:")).isEqualTo(WARM_UP + 1);
        stall.release();
        delivery.settled();
        assertThat(delivery.engine.stats().followed()).isZero();
    }

    @Test
    void mailsThatCannotFollowDoNotMakeMoreOfThemWaitInLine() throws Exception {
        start(BDAT, NO_MORE);
        send(0, 300);
        delivery.settled();
        assertThat(recipients()).hasSize(300);
        assertThat(concurrency()).isLessThan(LiveSettings.DEFAULT_CONCURRENCY / 4);
    }

    private int concurrency() {
        return delivery.destination("a.test").concurrency();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CLOSE", "421", "GARBAGE"})
    void aMailWhoseContentHadNotLeftGoesOutAtOnceOverAnotherConnectionWhenTheOneBeforeItBreaksIt(String fault) throws Exception {
        start(DATA, "delayTime", "1 hour");
        holdNextEnd(fault.equals("CLOSE") ? Reaction.close()
            : fault.equals("421") ? Reaction.replyThenClose("421 4.3.2 going") : Reaction.garbage());
        send(0, 1);
        eventually().until(() -> stall.waiting() == 1);
        send(1, 1);
        said("\r\nDATA\r\n", WARM_UP + 2);
        stall.release();
        delivery.settled(WARM_UP + 2);

        // By 421 the first was not taken for certain, and has another turn.
        assertThat(recipients()).containsOnlyOnce("m1").doesNotHaveDuplicates();
        assertThat(delivery.metrics.countFor("postlane.outbound.ambiguous")).isEqualTo(fault.equals("421") ? 0 : 1);
        assertThat(delivery.metrics.countFor("postlane.outbound.delivered")).isEqualTo(WARM_UP + (fault.equals("421") ? 2 : 1));
    }

    /** The refusal may belong to what followed, so it is no refusal; but it must come to light the next time. */
    @Test
    void aMailThatIsRefusedForGoodAsTheSessionEndsIsTriedAgainWithNobodyBehindIt() throws Exception {
        start(DATA, "delayTime", "1 hour");
        holdNextEnd(Reaction.proceed());
        send(0, 2);
        said("\r\nDATA\r\n", WARM_UP + 2);
        stall.release();
        delivery.settled(WARM_UP + 2);
        Stall refusal = new Stall();
        behaviour.endOfData(Reaction.stall(refusal).then(Reaction.replyThenClose("554 5.7.1 no"))).once();
        sendInTurn(2, refusal);
        refusal.release();
        delivery.settled(WARM_UP + 4);
        assertThat(delivery.metrics.countFor("postlane.outbound.ambiguous")).isEqualTo(1);

        Stall again = new Stall();
        behaviour.endOfData(Reaction.stall(again).then(Reaction.reply("554 5.7.1 no"))).once();
        int before = relay.count("MAIL FROM:");
        send(4, 1);
        eventually().until(() -> again.waiting() == 1);
        send(5, 1);
        eventually().until(() -> delivery.engine.stats().waiting() == 1);
        assertThat(relay.count("MAIL FROM:")).isEqualTo(before + 1);
        again.release();
        delivery.settled(WARM_UP + 6);
        assertThat(delivery.context.reports).hasSize(1);
        assertThat(recipients()).containsExactly("m0", "m1", "m3", "m5");
    }

    @Test
    void aConnectionThatBreaksWithSeveralMailsOnTheirWaySpeaksAgainstTheHostOnceAndLosesNone() throws Exception {
        start(BDAT, "delayTime", "1 hour", "mailsInFlightPerConnection", "4");
        holdNextEnd(Reaction.close());
        send(0, 4);
        said(" LAST\r\n", WARM_UP + 4);
        stall.release();
        delivery.settled(WARM_UP + 4);
        assertThat(delivery.metrics.countFor("postlane.outbound.ambiguous")).isEqualTo(4);
        assertThat(delivery.destination("a.test").state()).isNotEqualTo(DestinationStatus.State.PENALISED);
        assertThat(delivery.queues.sizeOf("outgoing")).as("mails that are tried again").isEqualTo(4);
        send(4, 1);
        delivery.settled(WARM_UP + 5);
        assertThat(recipients()).containsExactly("m4");
    }

    @Test
    void aRefusedRecipientAmongThoseWhoFollowCostsNobodyElseAnything() throws Exception {
        start(DATA);
        behaviour.rcpt("m1@a.test", Reaction.reply("550 5.1.1 no such user"));
        holdNextEnd(Reaction.proceed());
        sendInTurn(0, stall);
        send(2, 2);
        stall.release();
        delivery.settled();
        assertThat(recipients()).containsExactly("m0", "m2", "m3");
        assertThat(delivery.context.reports).hasSize(1);
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
    }

    @Test
    void contentThatIsWantedForNobodyIsEndedByALoneDotAndDeliversNothing() throws Exception {
        start(DATA);
        behaviour.rcpt("m1@a.test", Reaction.reply("550 5.1.1 no such user"))
            .data(Reaction.reply("354 go ahead")).afterFirst(1).once();
        holdNextEnd(Reaction.proceed());
        sendInTurn(0, stall);
        send(2, 2);
        stall.release();
        delivery.settled();
        assertThat(recipients()).containsExactly("m0", "m2", "m3");
        assertThat(delivery.context.reports).hasSize(1);
    }

    @Test
    void whatTheServerWantsInAnotherTransactionComesBehindWhoHasFollowed() throws Exception {
        start(BDAT);
        behaviour.rcpt("mz@a.test", Reaction.reply("452 4.5.3 too many recipients")).once();
        holdNextEnd(Reaction.proceed());
        delivery.send("two", "my@a.test", "mz@a.test");
        said(" LAST\r\n", WARM_UP + 1);
        send(0, 3);
        said(" LAST\r\n", WARM_UP + 4);
        stall.release();
        delivery.settled();
        assertThat(recipients()).containsExactly("m0", "m1", "m2", "my", "mz");
        assertThat(server.violations()).isEmpty();
    }

    @Test
    void aServerThatEndsTheSessionForWhatFollowsGetsOneMailAtATimeFromThenOn() throws Exception {
        start(DATA);
        behaviour.mail(Reaction.replyThenClose("421 4.7.0 wait for your turn")).afterFirst(1).once();
        holdNextEnd(Reaction.proceed());
        send(0, 2);
        said("\r\nDATA\r\n", WARM_UP + 2);
        stall.release();
        delivery.settled();
        assertThat(recipients()).containsExactly("m0", "m1");
        assertThat(server.statistics().connectionsOpened()).isEqualTo(2);
        Stall again = new Stall();
        behaviour.endOfData(Reaction.stall(again).then(Reaction.proceed())).once();
        int before = relay.count("MAIL FROM:");
        send(2, 3);
        eventually().until(() -> again.waiting() == 1 && delivery.engine.stats().waiting() == 2);
        assertThat(relay.count("MAIL FROM:")).isEqualTo(before + 1);
        again.release();
        delivery.settled();
        assertThat(recipients()).hasSize(5);
        assertThat(delivery.metrics.countFor("postlane.outbound.deferred")).isZero();
    }

    /** Twice the same number of mails is what such a server means: later connections carry no more, and nothing is in doubt. */
    @Test
    void aServerThatHangsUpAfterSoManyMailsGetsNoMoreOfThemOverOneConnection() throws Exception {
        behaviour.afterMails(WARM_UP + 4, Reaction.close());
        start(BDAT, "delayTime", "1 hour", "mailsInFlightPerConnection", "3");
        sendBeyondTheLast(0);
        assertThat(delivery.metrics.countFor("postlane.outbound.ambiguous")).isEqualTo(2);
        for (int i = 6; i < 6 + WARM_UP; i++) {
            send(i, 1);
            delivery.settled(WARM_UP + i + 1);
        }
        sendBeyondTheLast(6 + WARM_UP);
        assertThat(delivery.metrics.countFor("postlane.outbound.ambiguous")).isEqualTo(4);

        send(12 + WARM_UP, 25);
        delivery.settled(37 + 2 * WARM_UP);
        assertThat(delivery.metrics.countFor("postlane.outbound.ambiguous")).isEqualTo(4);
        assertThat(server.connections()).extracting(Connection::mailsCarried).containsExactly(10, 10, 10, 10, 5);
        assertThat(delivery.engine.stats().discarded(DiscardReason.PEER_LIMIT)).isEqualTo(2);
    }

    /** Three at once, so that the server is known to bear it; then the last one that it takes, with two behind. */
    private void sendBeyondTheLast(int first) throws Exception {
        for (int three = first; three < first + 6; three += 3) {
            Stall end = new Stall();
            behaviour.endOfData(Reaction.stall(end).then(Reaction.proceed())).once();
            int before = relay.count(" LAST\r\n");
            send(three, 3);
            said(" LAST\r\n", before + 3);
            end.release();
            delivery.settled(WARM_UP + three + 3);
        }
    }
}
