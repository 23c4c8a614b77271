// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.SmtpServer;

/** What servers offer, and what becomes of the mail where they do not keep it. */
class ExtensionsTest {
    private static final String[] CHUNKING = {"PIPELINING", "CHUNKING", "8BITMIME"};

    @Test
    void contentGoesInChunksToAServerThatOffersChunking() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions(CHUNKING).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1).allMatch(ReceivedMail::isChunked);
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aServerThatOffersChunkingAndDoesNotKnowItGetsTheMailByDataAndIsNotAskedAgain() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions(CHUNKING).behaviour(Behaviour.accepting().bdatUnknown()).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("one", "x@a.test");
            delivery.settled();
            delivery.send("two", "y@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(2).noneMatch(ReceivedMail::isChunked);
            assertThat(server.statistics().commands("BDAT")).isEqualTo(1);
            assertThat(server.statistics().connectionsOpened()).isEqualTo(2);
            assertThat(delivery.context.bounced).isEmpty();
        }
    }

    @Test
    void aMailThatIsTooLargeForTheFirstHostGoesToOneThatTakesIt() throws Exception {
        try (SmtpServer small = SmtpServer.builder().extensions("PIPELINING", "SIZE 10").start();
             SmtpServer large = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", small, large)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(large.received()).hasSize(1);
            assertThat(small.statistics().commands("MAIL")).isZero();
        }
    }

    @Test
    void aMailThatIsTooLargeForEveryHostFails() throws Exception {
        try (SmtpServer small = SmtpServer.builder().extensions("PIPELINING", "SIZE 10").start();
             SmtpServer smaller = SmtpServer.builder().extensions("PIPELINING", "SIZE 5").start();
             Delivery delivery = new Delivery().domain("a.test", small, smaller)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(delivery.context.bounced).hasSize(1);
            assertThat(delivery.context.bounced.get(0).text()).contains("5.3.4").contains("at most 5");
        }
    }
}
