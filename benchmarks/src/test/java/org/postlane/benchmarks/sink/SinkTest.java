// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.Test;
import org.postlane.benchmarks.load.Injector;
import org.postlane.testing.TestTls;

class SinkTest {
    private static final int TIMEOUT_MILLIS = 120_000;
    private static final String ENVELOPE = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void connectionsTransactionsMessagesAndOctetsAreCounted() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.data()); Client client = new Client(sink)) {
            client.expect("220 sink.test ESMTP");
            client.say(ENVELOPE + "RSET\r\n").expect("250", "250", "250");
            client.say(ENVELOPE + "DATA\r\n").expect("250", "250", "354");
            client.say("Subject: x\r\n\r\n..dot\r\n.\r\n").expect("250");
            client.say("QUIT\r\n").expect("221").expectEnd();
            assertThat(sink.counts()).isEqualTo(new Counts(1, 0, 2, 1, "Subject: x\r\n\r\n..dot\r\n".length()));
        }
    }

    @Test
    void theEndOfAMessageIsFoundHoweverItIsCut() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.data()); Client client = new Client(sink)) {
            client.expect("220");
            String mail = ENVELOPE + "DATA\r\na\r\n.b\r\n..\r\n\r.\r\n\r\r\n.\r\n";
            for (int i = 0; i < mail.length(); i++) {
                client.say(mail.substring(i, i + 1));
            }
            client.expect("250", "250", "354", "250");
            // An empty one, and two at once.
            client.say(ENVELOPE + "DATA\r\n.\r\n").expect("250", "250", "354", "250");
            client.say((ENVELOPE + "DATA\r\nx\r\n.\r\n").repeat(2))
                .expect("250", "250", "354", "250", "250", "250", "354", "250");
            assertThat(sink.counts().messages()).isEqualTo(4);
            assertThat(sink.counts().octets()).isEqualTo("a\r\n.b\r\n..\r\n\r.\r\n\r\r\n".length() + 3 + 3);
        }
    }

    @Test
    void chunksAreCountedByTheirSizeAndMayHoldAnything() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.chunking()); Client client = new Client(sink)) {
            client.expect("220");
            client.say("EHLO me\r\n").expect("250-", "250-8BITMIME", "250-CHUNKING", "250-PIPELINING", "250 ");
            String mail = ENVELOPE + "BDAT 7\r\n\r\n.\r\n\r\nBDAT 0 LAST\r\n";
            client.say(mail + mail).expect("250", "250", "250", "250", "250", "250", "250", "250");
            client.say(ENVELOPE + "BDAT 3 LAST\r\nab").expect("250", "250");
            assertThat(sink.counts().messages()).isEqualTo(2);
            client.say("cNOOP\r\n").expect("250", "250");
            assertThat(sink.counts()).isEqualTo(new Counts(1, 0, 3, 3, 17));
        }
    }

    @Test
    void startTlsIsOfferedOnDemandAndOnce() throws Exception {
        TestTls tls = TestTls.forHost("sink.test");
        try (Sink sink = Sink.start(SinkSettings.data().withTls(tls.serverContext())); Client client = new Client(sink)) {
            client.expect("220");
            client.say("EHLO me\r\n").expect("250-", "250-8BITMIME", "250-PIPELINING", "250-STARTTLS", "250 ");
            client.say("STARTTLS\r\n").expect("220");
            SSLSocket encrypted = (SSLSocket) tls.clientContext().getSocketFactory()
                .createSocket(client.socket, "sink.test", sink.port(), true);
            try (Client within = new Client(encrypted)) {
                within.say("EHLO me\r\n").expect("250-", "250-8BITMIME", "250-PIPELINING", "250 ");
                within.say(ENVELOPE + "DATA\r\nx\r\n.\r\n").expect("250", "250", "354", "250");
            }
            assertThat(sink.counts()).isEqualTo(new Counts(1, 0, 1, 1, 3));
        }
    }

    @Test
    void aConnectionAboveTheLimitIsRefusedAndCounted() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.data().withMaxConnections(1)); Client first = new Client(sink)) {
            first.expect("220");
            try (Client second = new Client(sink)) {
                second.expect("421").expectEnd();
            }
            assertThat(sink.counts()).isEqualTo(new Counts(1, 1, 0, 0, 0));
            assertThat(sink.mostOpen()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionThatHasHadItsMessagesIsEnded() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.data().withMaxMessagesPerConnection(1)); Client client = new Client(sink)) {
            client.expect("220");
            client.say(ENVELOPE + "DATA\r\nx\r\n.\r\n").expect("250", "250", "354", "250");
            client.say("MAIL FROM:<a@b>\r\n").expect("421").expectEnd();
            assertThat(sink.counts().messages()).isEqualTo(1);
        }
    }

    @Test
    void aSlowSinkAnswersEachMessageLaterAndReadsOnAfterwards() throws Exception {
        Duration pause = Duration.ofMillis(100);
        try (Sink sink = Sink.start(SinkSettings.data().withPause(pause)); Client client = new Client(sink)) {
            client.expect("220");
            long begin = System.nanoTime();
            client.say((ENVELOPE + "DATA\r\nx\r\n.\r\n").repeat(2))
                .expect("250", "250", "354", "250", "250", "250", "354", "250");
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(2 * pause.toNanos() - 2_000_000);
        }
    }

    @Test
    void aMilestoneIsReachedByItsLastMessage() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.data())) {
            Injector injector = new Injector(sink.port(), 4, 1_000, "recipient@sink.test");
            injector.send(10);
            long begin = System.nanoTime();
            Milestone milestone = sink.expect(25);
            ExecutorService thread = Executors.newSingleThreadExecutor();
            Future<Long> reached = thread.submit(() -> milestone.await(PATIENCE));
            injector.send(24);
            assertThat(reached).isNotDone();
            injector.send(1);
            assertThat(reached.get()).isBetween(begin, System.nanoTime());
            thread.shutdown();
            assertThat(sink.counts()).isEqualTo(new Counts(12, 0, 35, 35, 35_000));
        }
    }

    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(Sink sink) throws IOException {
            this(new Socket(InetAddress.getLoopbackAddress(), sink.port()));
        }

        Client(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        }

        Client say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(US_ASCII));
            return this;
        }

        Client expect(String... beginnings) throws IOException {
            for (String beginning : beginnings) {
                assertThat(in.readLine()).startsWith(beginning);
            }
            return this;
        }

        void expectEnd() throws IOException {
            assertThat(in.readLine()).isNull();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
