// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.testing.Reaction.close;
import static org.postlane.testing.Reaction.stall;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;
import org.postlane.testing.TestTls;

/** TLS by the recipient's domain, and what becomes of servers whose STARTTLS does not work. */
class TlsByDestinationTest {
    private static final TestTls GOOD = TestTls.forHost("mx.a.test");
    private static final Behaviour BROKEN = Behaviour.accepting().handshake(close());

    @TempDir
    private Path directory;

    /** Domains with one mail server, {@code mx.a.test}. */
    private static Delivery delivery(SmtpServer server, String... domains) throws Exception {
        Delivery delivery = new Delivery().host("mx.a.test", InetAddress.getLoopbackAddress().getHostAddress());
        for (String domain : domains) {
            delivery.mx(domain, "mx.a.test:" + server.port());
        }
        return delivery;
    }

    /** Whether over TLS or not: the server is told of the recipient at no time. */
    private static void assertTheServerNeverHeardOf(String recipient, SmtpServer server) {
        assertThat(server.connections()).isNotEmpty().allSatisfy(connection ->
            assertThat(connection.clientLines()).noneMatch(line -> line.contains(recipient)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.test=verified", "*.test=verified", "mx:mx.a.test=verified"})
    void tlsIsRequiredAndTheCertificateIsBadSoTheMailIsDeferredAndNeverGoesInPlainText(String policy) throws Exception {
        try (SmtpServer server = SmtpServer.builder().startTls(TestTls.withWrongName()).start();
             Delivery delivery = delivery(server, "a.test")) {
            delivery.start("tlsPolicies", policy, "delayTime", "20", "maxRetries", "2", "bounceProcessor", "failed");
            delivery.send("mail", "x@a.test");
            delivery.settled(3);
            assertThat(delivery.queues.putBack()).hasSize(2);
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed ->
                assertThat(failed.attributes()).containsEntry("is-delivery-permanent-error", false));
            assertTheServerNeverHeardOf("x@a.test", server);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"required", "verified"})
    void tlsIsRequiredAndTheHandshakeFailsSoTheMailIsDeferredAndNeverGoesInPlainText(String policy) throws Exception {
        try (SmtpServer server = SmtpServer.builder().startTls(GOOD).behaviour(BROKEN).start();
             Delivery delivery = delivery(server, "a.test", "b.test")) {
            delivery.start("tlsPolicies", "a.test=" + policy, "delayTime", "20", "maxRetries", "1", "bounceProcessor", "failed");
            // Another domain finds out about the same server first, and that must not lower the level of this one.
            delivery.send("other", "x@b.test");
            delivery.settled(1);
            assertThat(server.received()).hasSize(1);
            delivery.send("mail", "x@a.test");
            delivery.settled(3);
            assertThat(delivery.queues.putBack()).hasSize(1);
            assertTheServerNeverHeardOf("x@a.test", server);
        }
    }

    @Test
    void tlsIsRequiredAndNotOfferedSoTheMailIsDeferred() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = delivery(server, "a.test")) {
            delivery.start("tlsPolicies", "a.test=required", "tls", "none");
            delivery.send("mail", "x@a.test");
            delivery.settled(1);
            assertThat(delivery.queues.putBack()).hasSize(1);
            assertTheServerNeverHeardOf("x@a.test", server);
        }
    }

    @Test
    void twoDomainsOnOneServerWithDifferentTlsShareNoConnection() throws Exception {
        Path trust = Files.writeString(directory.resolve("ca.pem"), GOOD.certificatePem());
        try (SmtpServer server = SmtpServer.builder().startTls(GOOD).start();
             Delivery delivery = delivery(server, "a.test", "b.test", "c.test")) {
            delivery.start("tlsPolicies", "a.test=verified; b.test=none", "tlsTrustStore", trust.toString());
            for (String domain : List.of("a.test", "b.test", "c.test", "a.test", "b.test", "c.test")) {
                delivery.send("mail", "x@" + domain);
                delivery.settled();
            }
            assertThat(server.received()).hasSize(6).allSatisfy(mail ->
                assertThat(mail.tls()).isEqualTo(!mail.recipientAddresses().contains("x@b.test")));
            assertThat(server.connections()).hasSize(3);
        }
    }

    @Test
    void aHandshakeThatFailsIsFollowedByPlainTextInTheSameAttemptAndNotTriedAgain() throws Exception {
        try (SmtpServer server = SmtpServer.builder().startTls(GOOD).behaviour(BROKEN).start();
             Delivery delivery = delivery(server, "a.test")) {
            delivery.start("maxMailsPerConnection", "1");
            for (int i = 0; i < 3; i++) {
                delivery.send("mail" + i, "x@a.test");
                delivery.settled(i + 1);
            }
            assertThat(server.received()).hasSize(3).noneMatch(ReceivedMail::tls);
            assertThat(server.statistics().commands("STARTTLS")).isEqualTo(1);
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void aHandshakeThatStallsIsFollowedByPlainTextToo() throws Exception {
        Stall stall = new Stall();
        Behaviour stalling = Behaviour.accepting().handshake(stall(stall));
        try (SmtpServer server = SmtpServer.builder().startTls(GOOD).behaviour(stalling).start();
             Delivery delivery = delivery(server, "a.test")) {
            delivery.start("timeout", "700");
            delivery.send("mail", "x@a.test");
            delivery.settled(1);
            assertThat(server.received()).hasSize(1).noneMatch(ReceivedMail::tls);
            stall.release();
        }
    }

    @Test
    void aPasswordDoesNotFollowIntoPlainText() throws Exception {
        try (SmtpServer server = SmtpServer.builder().startTls(GOOD).auth("joe", "s3cret").behaviour(BROKEN).start();
             Delivery delivery = new Delivery()) {
            delivery.start("routes", "* = 127.0.0.1:" + server.port() + " user=joe password=s3cret tls=opportunistic",
                "delayTime", "20", "maxRetries", "1", "bounceProcessor", "failed");
            delivery.send("mail", "x@a.test");
            delivery.settled(2);
            assertThat(delivery.queues.putBack()).hasSize(1);
            assertThat(server.statistics().commands("AUTH")).isZero();
            assertTheServerNeverHeardOf("x@a.test", server);
        }
    }
}
