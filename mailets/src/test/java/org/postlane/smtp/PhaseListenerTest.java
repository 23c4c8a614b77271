// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.reply;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.SmtpServer;

class PhaseListenerTest {
    private static final List<String> SESSION = List.of("begin CONNECT", "end CONNECT", "begin OPENING", "end OPENING");

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final SmtpClient client = new SmtpClient(phase -> {
        heard.add("begin " + phase);
        return () -> heard.add("end " + phase);
    });

    @AfterEach
    void close() {
        client.close();
    }

    private SmtpConnection connect(Way way, SmtpServer server) {
        return SmtpFixture.get(client.connect(way.settings(server).build()));
    }

    @ForEachWay
    void everyPhaseOfADeliveryBeginsAndEndsOnce(Way way) {
        try (SmtpServer server = way.server(Behaviour.accepting()).start()) {
            SmtpConnection connection = connect(way, server);
            // The last phase ends on the connection's thread, when who asked for the connection may have it already.
            await().untilAsserted(() -> assertThat(heard).containsExactlyElementsOf(SESSION));
            heard.clear();
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org", "b@example.org")))
                .containsOnly(RecipientResult.Status.DELIVERED);
            await().untilAsserted(() -> assertThat(heard).containsExactlyInAnyOrder("begin ENVELOPE", "end ENVELOPE",
                "begin CONTENT", "end CONTENT", "begin FINAL_REPLY", "end FINAL_REPLY"));
            assertThat(heard).containsSubsequence("begin CONTENT", "end CONTENT", "begin FINAL_REPLY", "end FINAL_REPLY");
            assertThat(heard).containsSubsequence("begin ENVELOPE", "end ENVELOPE");
            if (!way.pipelining() || !way.chunking()) {
                assertThat(heard).containsSubsequence("end ENVELOPE", "begin CONTENT");
            }
            SmtpFixture.get(connection.quit());
        }
    }

    @ForEachWay
    void whatNobodyIsAcceptedForIsAnEnvelopeAndNoFinalReply(Way way) {
        try (SmtpServer server = way.server(Behaviour.accepting().rcpt(reply("550 5.1.1 nobody here"))).start()) {
            SmtpConnection connection = connect(way, server);
            heard.clear();
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org")))
                .containsOnly(RecipientResult.Status.FAILED);
            await().untilAsserted(() ->
                assertThat(heard).contains("begin ENVELOPE", "end ENVELOPE").doesNotContain("end FINAL_REPLY"));
            connection.abort();
        }
    }

    @Test
    void aHostThatIsNotThereTakesTimeToo() throws Exception {
        // Bound and not listening: nobody else can have the port meanwhile.
        try (Socket silent = new Socket()) {
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SmtpFixture.failure(client.connect(SessionSettings.to(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), silent.getLocalPort()), "mx.test")
                .ehloName("client.test").build()));
        }
        await().untilAsserted(() -> assertThat(heard).containsExactly("begin CONNECT", "end CONNECT"));
    }

    @Test
    void aSessionThatIsRefusedTakesTimeToo() {
        try (SmtpServer server = SmtpServer.builder().behaviour(Behaviour.accepting().connect(reply("554 5.3.2 no"))).start()) {
            SmtpFixture.failure(client.connect(SmtpFixture.settings(server).build()));
            await().untilAsserted(() -> assertThat(heard).containsExactlyElementsOf(SESSION));
        }
    }
}
