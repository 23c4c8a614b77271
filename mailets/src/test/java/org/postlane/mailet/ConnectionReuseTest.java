// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.close;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.replyThenClose;
import static org.postlane.testing.Reaction.stall;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Ending;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

class ConnectionReuseTest {
    private static List<String> verbs(SmtpServer server, int connection) {
        return server.connections().get(connection).clientLines().stream().map(line -> line.split("[ :]")[0]).toList();
    }

    private static List<String> recipients(SmtpServer server) {
        return server.received().stream().map(ReceivedMail::recipientAddresses).flatMap(List::stream).sorted().toList();
    }

    @Test
    void twoMailsToOneHostUseOneConnectionAndTheHostSeesRsetBetweenThem() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("one", "x@a.test");
            delivery.settled();
            delivery.send("two", "y@a.test");
            delivery.settled();
            assertThat(recipients(server)).containsExactly("x@a.test", "y@a.test");
            assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
            assertThat(verbs(server, 0)).containsSubsequence("EHLO", "MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA");
            assertThat(server.statistics().commands("EHLO")).isEqualTo(1);
            assertThat(server.violations()).isEmpty();
            assertThat(delivery.metrics.countFor("outgoingMails")).isEqualTo(2);
            assertThat(delivery.metrics.countFor("postlane.outbound.delivered")).isEqualTo(2);
        }
    }

    @Test
    void aHostWithoutPipeliningSeesRsetBeforeTheNextMailToo() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("8BITMIME").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("one", "x@a.test");
            delivery.settled();
            // RSET is on its way while the mail is settled; before its answer the connection is nobody's.
            eventually().until(() -> delivery.engine.stats().idle() == 1);
            delivery.send("two", "y@a.test");
            delivery.settled();
            assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
            assertThat(verbs(server, 0)).containsSubsequence("DATA", "RSET", "MAIL");
            assertThat(server.violations()).isEmpty();
        }
    }

    private static Behaviour stallingFor(int users, Stall stall) {
        ScriptedBehaviour behaviour = Behaviour.accepting();
        for (int i = 0; i < users; i++) {
            behaviour = behaviour.rcpt("u" + i + "@a.test", stall(stall).then(proceed()));
        }
        return behaviour;
    }

    /**
     * A destination has one attempt at a time at first, and more with the mails that it takes and that have not stood in line.
     *
     * @return the mails that it took until it had so many
     */
    private static int grow(Delivery delivery, int attempts) throws Exception {
        int mails = 0;
        do {
            assertThat(mails).as("mails until there are %s attempts at a time", attempts).isLessThan(2_000);
            for (int next = mails + 12; mails < next; mails++) {
                delivery.send("warm" + mails, "warm" + mails + "@a.test");
            }
            delivery.settled(mails);
        } while (delivery.destination("a.test").concurrency() < attempts);
        return mails;
    }

    @Test
    void fiftyMailsAtOnceToOneHostNeverOpenMoreThanEightConnectionsAndAllArriveOnce() throws Exception {
        Stall stall = new Stall();
        // Nobody is answered until as many connections as may be are open: were the limit not kept, more would be.
        try (SmtpServer server = SmtpServer.with(stallingFor(50, stall));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            int warm = grow(delivery, 10);
            for (int i = 0; i < 50; i++) {
                delivery.send("m" + i, "u" + i + "@a.test");
            }
            eventually().until(() -> stall.waiting() == 8);
            eventually().until(() -> delivery.engine.stats().waiting() > 0);
            stall.release();
            delivery.settled(warm + 50);
            assertThat(server.statistics().maxOpenAtOnce()).isEqualTo(8);
            assertThat(recipients(server)).filteredOn(recipient -> recipient.startsWith("u")).containsExactlyElementsOf(
                IntStream.range(0, 50).mapToObj(i -> "u" + i + "@a.test").sorted().toList());
        }
    }

    @Test
    void theLimitsOfThePoolThatAnElementWritesHold() throws Exception {
        Stall stall = new Stall();
        try (SmtpServer server = SmtpServer.with(stallingFor(6, stall));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("maxConnectionsPerHost", "2", "maxConnections", "4", "maxMailsPerConnection", "2");
            int warm = grow(delivery, 3);
            for (int i = 0; i < 6; i++) {
                delivery.send("m" + i, "u" + i + "@a.test");
            }
            eventually().until(() -> stall.waiting() == 2 && delivery.destination("a.test").waiting() > 0);
            stall.release();
            delivery.settled(warm + 6);
            assertThat(server.statistics().maxOpenAtOnce()).isEqualTo(2);
            assertThat(server.statistics().mailsAccepted()).isEqualTo(warm + 6);
            assertThat(server.connections()).allMatch(connection -> connection.mailsCarried() <= 2);
        }
    }

    @Test
    void anIdleConnectionIsClosedWithQuitAfterIdleTimeout() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("idleTimeout", "300 ms");
            delivery.send("one", "x@a.test");
            delivery.settled();
            eventually().until(() -> server.openConnections().isEmpty());
            assertThat(server.connections().get(0).ending()).contains(Ending.QUIT);
            // The server is through with it a moment before the pool is.
            eventually().until(() -> delivery.engine.stats().open() == 0);
        }
    }

    @Test
    void aRefusedRsetOpensANewConnectionAndLosesNothing() throws Exception {
        for (String[] extensions : new String[][] {{"PIPELINING", "8BITMIME"}, {"8BITMIME"}}) {
            ScriptedBehaviour behaviour = Behaviour.accepting().rset(reply("502 5.5.1 no such thing"));
            try (SmtpServer server = SmtpServer.builder().extensions(extensions).behaviour(behaviour).start();
                 Delivery delivery = new Delivery().domain("a.test", server)) {
                delivery.start();
                delivery.send("one", "x@a.test");
                delivery.settled();
                delivery.send("two", "y@a.test");
                delivery.settled();
                assertThat(recipients(server)).containsExactly("x@a.test", "y@a.test");
                assertThat(server.statistics().connectionsOpened()).isEqualTo(2);
                assertThat(delivery.queues.putBack()).isEmpty();
                assertThat(delivery.context.reports).isEmpty();
            }
        }
    }

    @Test
    void aConnectionThatDiedWhileIdleCostsOneSilentRetryAndNothingElse() throws Exception {
        // It dies when MAIL arrives, so that no check before could have seen it.
        ScriptedBehaviour behaviour = Behaviour.accepting().rset(close()).onConnection(1);
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("one", "x@a.test");
            delivery.settled();
            delivery.send("two", "y@a.test");
            delivery.settled();
            assertThat(recipients(server)).containsExactly("x@a.test", "y@a.test");
            assertThat(delivery.queues.putBack()).isEmpty();
            assertThat(delivery.metrics.countFor("postlane.outbound.deferred")).isZero();
        }
    }

    @Test
    void aReused421IsAStaleConnectionAndNotAFailure() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().afterMails(1, replyThenClose("421 4.7.0 one mail a connection"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            for (int i = 0; i < 3; i++) {
                delivery.send("m" + i, "u" + i + "@a.test");
                delivery.settled();
            }
            assertThat(server.statistics().mailsAccepted()).isEqualTo(3);
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void theSilentRetryWaitsForASlotThatOnlyAnIdleConnectionCanFree() throws Exception {
        // One slot in all: the retry can be made only once the dead connection has given it back.
        ScriptedBehaviour behaviour = Behaviour.accepting().rset(close()).onConnection(1);
        try (SmtpServer server = SmtpServer.with(behaviour); SmtpServer other = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", server).domain("b.test", other)) {
            delivery.start("maxConnections", "2", "maxConnectionsPerHost", "1");
            delivery.send("one", "x@a.test");
            delivery.send("other", "x@b.test");
            delivery.settled(2);
            delivery.send("two", "y@a.test");
            delivery.settled(3);
            assertThat(recipients(server)).containsExactly("x@a.test", "y@a.test");
            assertThat(server.statistics().maxOpenAtOnce()).isEqualTo(1);
        }
    }

    @Test
    void moreThanAHundredRecipientsGoInSeveralTransactions() throws Exception {
        String[] many = IntStream.range(0, 250).mapToObj(i -> "u" + i + "@a.test").toArray(String[]::new);
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("many", many);
            delivery.settled();
            assertThat(server.received()).extracting(mail -> mail.recipients().size()).containsExactlyInAnyOrder(100, 100, 50);
            assertThat(recipients(server)).containsExactlyElementsOf(List.of(many).stream().sorted().toList());
            assertThat(delivery.metrics.countFor("outgoingMails")).isEqualTo(1);
        }
    }

    @Test
    void rcptmaxAndMailmaxAreHonouredAcrossAndWithinMails() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "LIMITS RCPTMAX=2 MAILMAX=2").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("five", "a@a.test", "b@a.test", "c@a.test", "d@a.test", "e@a.test");
            delivery.settled();
            delivery.send("two", "f@a.test", "g@a.test");
            delivery.settled();
            assertThat(server.received()).allMatch(mail -> mail.recipients().size() <= 2);
            assertThat(server.connections()).allMatch(connection -> connection.transactions() <= 2);
            assertThat(server.statistics().connectionsOpened()).isEqualTo(2);
            assertThat(recipients(server)).hasSize(7).doesNotHaveDuplicates();
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void aServerThatTakesOneTransactionAConnectionStillGetsAllRecipientsInOneAttempt() throws Exception {
        String[] many = IntStream.range(0, 10).mapToObj(i -> "u" + i + "@a.test").toArray(String[]::new);
        ScriptedBehaviour behaviour = Behaviour.accepting().afterMails(1, close());
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "LIMITS RCPTMAX=2").behaviour(behaviour).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("many", many);
            delivery.settled();
            assertThat(recipients(server)).hasSize(10).doesNotHaveDuplicates();
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void fourFiftyTwoAfterSomeAcceptedSendsTheRestAtOnceAndUncounted() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting()
            .rcpt(to -> !to.startsWith("a"), reply("452 4.5.3 too many recipients")).times(2);
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("three", "a@a.test", "b@a.test", "c@a.test");
            delivery.settled();
            assertThat(server.received()).extracting(ReceivedMail::recipientAddresses)
                .extracting(List::size).containsExactly(1, 2);
            assertThat(delivery.queues.putBack()).isEmpty();
            assertThat(delivery.metrics.countFor("postlane.outbound.delivered")).isEqualTo(3);
        }
    }
}
