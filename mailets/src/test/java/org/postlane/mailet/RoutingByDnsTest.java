// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.api.TemporaryResolutionException;
import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpServer;

/** What DNS says, and does not say, decides what becomes of a mail. */
class RoutingByDnsTest {
    private static final String[] SOON = {"delayTime", "20", "maxRetries", "1", "bounceProcessor", "failed"};

    /** Says at once what a resolver says after a while whose name servers are away. */
    private record FailingDns(RuntimeException failure) implements DNSService {
        @Override
        public Collection<String> findMXRecords(String hostname) throws TemporaryResolutionException {
            if (failure != null) {
                throw failure;
            }
            throw new TemporaryResolutionException("SERVFAIL");
        }

        @Override
        public Collection<String> findTXTRecords(String hostname) {
            return List.of();
        }

        @Override
        public Collection<InetAddress> getAllByName(String host) throws UnknownHostException {
            throw new UnknownHostException(host);
        }

        @Override
        public InetAddress getByName(String host) throws UnknownHostException {
            throw new UnknownHostException(host);
        }

        @Override
        public InetAddress getLocalHost() throws UnknownHostException {
            return InetAddress.getLocalHost();
        }

        @Override
        public String getHostName(InetAddress addr) {
            return addr.getHostName();
        }
    }

    @Test
    void aDomainThatDnsSaysDoesNotExistIsBouncedWith512() throws Exception {
        try (Delivery delivery = new Delivery().mx("gone.test")) {
            delivery.start(SOON);
            delivery.send("mail", "x@gone.test");
            delivery.settled(1);
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed -> {
                assertThat((String) failed.attributes().get("delivery-error")).startsWith("5.1.2");
                assertThat(failed.attributes()).containsEntry("is-delivery-permanent-error", true);
            });
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void maxDnsProblemRetriesAsksForAnAbsentDomainAgain() throws Exception {
        try (Delivery delivery = new Delivery().mx("gone.test")) {
            delivery.start("delayTime", "20", "maxRetries", "5", "maxDnsProblemRetries", "2", "bounceProcessor", "failed");
            delivery.send("mail", "x@gone.test");
            delivery.settled(3);
            assertThat(delivery.queues.putBack()).hasSize(2);
            assertThat(delivery.context.sentTo("failed")).hasSize(1);
        }
    }

    @Test
    void aTemporaryDnsFailureAndAResolverThatThrowsAreDeferred() throws Exception {
        for (RuntimeException failure : new RuntimeException[] {new IllegalStateException("resolver"), null}) {
            try (Delivery delivery = new Delivery()) {
                delivery.dns = new FailingDns(failure);
                delivery.start();
                delivery.send("mail", "x@unknown.test");
                delivery.settled(1);
                assertThat(delivery.queues.putBack()).hasSize(1);
                assertThat(delivery.context.reports).isEmpty();
            }
        }
    }

    @Test
    void theRuntimeExceptionOfJamesInMemoryDnsIsDeferred() throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start();
            delivery.send("mail", "x@unknown.test");
            delivery.settled(1);
            assertThat(delivery.queues.putBack()).hasSize(1);
        }
    }

    @Test
    void aMailServerWithoutAnAddressNowIsDeferred() throws Exception {
        try (Delivery delivery = new Delivery().mx("a.test", "mx.nowhere.test")) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled(1);
            assertThat(delivery.queues.putBack()).hasSize(1);
        }
    }

    @Test
    void aNullMxIsBouncedWith5110() throws Exception {
        for (String nullMx : List.of(".", "")) {
            try (Delivery delivery = new Delivery().mx("none.test", nullMx)) {
                delivery.start(SOON);
                delivery.send("mail", "x@none.test");
                delivery.settled(1);
                assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed ->
                    assertThat((String) failed.attributes().get("delivery-error")).startsWith("5.1.10"));
            }
        }
    }

    @Test
    void anMxRecordThatIsNoHostCostsNotTheOthers() throws Exception {
        try (SmtpServer server = SmtpServer.accepting();
             Delivery delivery = new Delivery().mx("a.test", "no host", "x:99999", "127.0.0.1:" + server.port())) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled(1);
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void everyAddressOfAnMxIsTried() throws Exception {
        try (SmtpServer server = SmtpServer.builder().host("127.0.0.3").start();
             Delivery delivery = new Delivery().mx("a.test", "mx.a.test:" + server.port())
                 .host("mx.a.test", "127.0.0.2", "127.0.0.3")) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled(1);
            assertThat(server.received()).hasSize(1);
        }
    }
}
