// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** Hosts that make many transactions of one mail, or fail in two ways at once. */
class HostileHostTest {
    @Test
    void aServerThatTakesOneRecipientAtATimeDoesNotOverflowTheStack() throws Exception {
        int many = 6000;
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "LIMITS RCPTMAX=1").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("many", IntStream.range(0, many).mapToObj(i -> "u" + i + "@a.test").toArray(String[]::new));
            await().atMost(Duration.ofSeconds(60)).until(() -> delivery.queues.done.get() >= 1);
            assertThat(server.received()).hasSize(many);
            assertThat(delivery.queues.puts).hasSize(1);
        }
    }

    @Test
    void aStaleConnectionDoesNotCostTheFallbackToData() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().mail(Reaction.close()).onConnection(1).afterFirst(1)
            .bdatUnknown().onConnection(2);
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "CHUNKING").behaviour(behaviour).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("one", "x@a.test");
            delivery.settled();
            delivery.send("two", "y@a.test");
            delivery.settled(2);
            assertThat(server.received()).hasSize(2);
        }
    }
}
