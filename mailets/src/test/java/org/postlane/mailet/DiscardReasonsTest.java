// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.bytes;
import static org.postlane.testing.Reaction.close;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.stall;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.postlane.pool.DiscardReason;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Stall;

/** What servers do to a connection is told by the reason for which the pool closes it, and costs no mail. */
class DiscardReasonsTest {
    private static final Duration SOON = Duration.ofMillis(100);

    private static void oneConnectionEndsBy(DiscardReason reason, SmtpServerBuilder builder, int mails) throws Exception {
        try (SmtpServer server = builder.start(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            for (int i = 0; i < mails; i++) {
                delivery.send("m" + i, "u" + i + "@a.test");
                delivery.settled();
            }
            eventually().untilAsserted(() -> assertThat(delivery.engine.stats().discarded(reason))
                .as("%s", delivery.engine.stats()).isEqualTo(1));
            assertThat(server.statistics().mailsAccepted()).isEqualTo(mails);
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void aServerThatSaid421WhileIdleWasClosing() throws Exception {
        oneConnectionEndsBy(DiscardReason.PEER_CLOSING, SmtpServer.builder().idleTimeout(SOON), 1);
    }

    @Test
    void aServerThatSaid421ToTheNextMailWasClosing() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().afterMails(1, reply("421 4.7.0 one mail a connection").then(close()))
            .onConnection(1);
        oneConnectionEndsBy(DiscardReason.PEER_CLOSING, SmtpServer.builder().behaviour(behaviour), 2);
    }

    @Test
    void unreadOctetsAreOutOfStep() throws Exception {
        Stall forEver = new Stall();
        ScriptedBehaviour behaviour = Behaviour.accepting().idle(bytes("25".getBytes(US_ASCII)).then(stall(forEver)));
        oneConnectionEndsBy(DiscardReason.OUT_OF_STEP, SmtpServer.builder().idleTimeout(SOON).behaviour(behaviour), 1);
        forEver.release();
    }

    @Test
    void aReplyThatNothingHadAskedForIsOutOfStep() throws Exception {
        Stall forEver = new Stall();
        ScriptedBehaviour behaviour = Behaviour.accepting().idle(reply("250 still here").then(stall(forEver)));
        oneConnectionEndsBy(DiscardReason.OUT_OF_STEP, SmtpServer.builder().idleTimeout(SOON).behaviour(behaviour), 1);
        forEver.release();
    }

    @Test
    void aConnectionThatEndsWithoutAWordDiedIdle() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rset(close()).onConnection(1);
        oneConnectionEndsBy(DiscardReason.DIED_IDLE, SmtpServer.builder().behaviour(behaviour), 2);
    }

    @Test
    void aRefusedRsetIsToldAsSuchWithPipeliningAndWithout() throws Exception {
        for (String[] extensions : new String[][] {{"PIPELINING"}, {"8BITMIME"}}) {
            ScriptedBehaviour behaviour = Behaviour.accepting().rset(reply("502 5.5.1 no such thing"));
            oneConnectionEndsBy(DiscardReason.RESET_REFUSED,
                SmtpServer.builder().extensions(extensions).behaviour(behaviour), extensions[0].equals("PIPELINING") ? 2 : 1);
        }
    }

    @Test
    void aLimitThatTheServerAnnouncesIsNotOurs() throws Exception {
        oneConnectionEndsBy(DiscardReason.PEER_LIMIT, SmtpServer.builder().extensions("LIMITS MAILMAX=2"), 2);
    }

    @Test
    void aHostThatDoesNotGreetHoldsOneConnectionHoweverManyMailsWait() throws Exception {
        Stall stall = new Stall();
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().connect(stall(stall).then(proceed())));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            for (int i = 0; i < 20; i++) {
                delivery.send("m" + i, "u" + i + "@a.test");
            }
            eventually().until(() -> delivery.destination("a.test").waiting() == 19);
            assertThat(delivery.engine.stats().open()).isEqualTo(1);
            stall.release();
            delivery.settled(20);
            assertThat(server.statistics().mailsAccepted()).isEqualTo(20);
        }
    }

    @Test
    void mailsBehindAHostThatRefusesTheConnectionAllGoToTheNextHostAtOnce() throws Exception {
        Stall stall = new Stall();
        ScriptedBehaviour refusing = Behaviour.accepting().connect(stall(stall).then(reply("421 4.3.2 not now")).then(close()));
        try (SmtpServer first = SmtpServer.with(refusing); SmtpServer second = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first, second)) {
            delivery.start();
            for (int i = 0; i < 20; i++) {
                delivery.send("m" + i, "u" + i + "@a.test");
            }
            eventually().until(() -> delivery.destination("a.test").waiting() == 19);
            stall.release();
            delivery.settled(20);
            assertThat(second.statistics().mailsAccepted()).isEqualTo(20);
            assertThat(first.statistics().connectionsOpened()).isEqualTo(1);
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }
}
