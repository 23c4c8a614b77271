// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.stall;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.OutboundEngine;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Ending;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

class StoppingTest {
    @Test
    void anIdleConnectionHearsQuitWhicheverIsClosedFirst() throws Exception {
        for (boolean engineFirst : new boolean[] {true, false}) {
            try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
                PooledRemoteDelivery mailet = delivery.start();
                delivery.send("mail", "x@a.test");
                delivery.settled();
                if (engineFirst) {
                    delivery.engine.close();
                    mailet.destroy();
                } else {
                    mailet.destroy();
                    delivery.engine.close();
                }
                delivery.engine.close();
                mailet.destroy();
                eventually().until(() -> server.openConnections().isEmpty());
                assertThat(server.connections().get(0).ending()).contains(Ending.QUIT);
            }
        }
    }

    @Test
    void mailUnderWayFinishesBeforeTheEnd() throws Exception {
        Stall stall = new Stall();
        ScriptedBehaviour behaviour = Behaviour.accepting().endOfData(stall(stall).then(proceed()));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            eventually().until(() -> stall.waiting() == 1);
            try (LoggedLines lines = LoggedLines.of(OutboundEngine.class.getName(), Level.WARN)) {
                CompletableFuture<Void> closed = CompletableFuture.runAsync(delivery.engine::close);
                stall.release();
                closed.get(60, TimeUnit.SECONDS);
                assertThat(lines.containing("Not waiting any longer")).as("the mail's own end ends the wait").isEmpty();
            }
            assertThat(server.received()).hasSize(1);
            assertThat(delivery.queues.done).hasValue(1);
            assertThat(server.connections().get(0).ending()).contains(Ending.QUIT);
        }
    }

    @Test
    void mailThatWaitsForItsTurnStaysInTheQueueAndNothingHangs() throws Exception {
        Stall stall = new Stall();
        ScriptedBehaviour behaviour = Behaviour.accepting().mail(stall(stall).then(reply("451 4.3.0 never mind")));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            PooledRemoteDelivery mailet = delivery.start("maxConnectionsPerHost", "1");
            delivery.send("one", "x@a.test");
            delivery.send("two", "y@a.test");
            eventually().until(() -> stall.waiting() == 1 && delivery.destination("a.test").waiting() == 1);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(delivery.engine::close);
            closed.get(60, TimeUnit.SECONDS);
            assertThat(delivery.queues.sizeOf("outgoing")).isEqualTo(2);
            assertThat(delivery.context.reports).isEmpty();
            // What was cut off goes back: a copy goes in, and then the original is taken out.
            eventually().untilAsserted(() ->
                assertThat(delivery.queues.done.get()).isEqualTo(delivery.queues.putBack().size()));
            CompletableFuture.runAsync(mailet::destroy).get(60, TimeUnit.SECONDS);
            stall.release();
        }
    }

    @Test
    void aMailThatComesAfterTheEndStaysInTheQueue() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.engine.close();
            delivery.send("mail", "x@a.test");
            assertThat(delivery.queues.sizeOf("outgoing")).isEqualTo(1);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    void anEngineThatWasNeverUsedClosesAtOnce() throws Exception {
        try (Delivery delivery = new Delivery()) {
            PooledRemoteDelivery mailet = delivery.mailet();
            mailet.destroy();
            delivery.engine.close();
            assertThat(delivery.engine.stats().open()).isZero();
        }
    }
}
