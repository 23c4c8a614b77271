// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Ending;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** Many callers, QUIT, abort, and the end of the client. */
class ConnectionLifeTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServer server() {
        return SMTP.start(SmtpServer.builder().behaviour(behaviour));
    }

    @Test
    void operationsOfManyThreadsTakeTheirTurn() throws InterruptedException {
        SmtpServer server = server();
        SmtpConnection connection = SMTP.connect(server);
        ConcurrentLinkedQueue<CompletableFuture<?>> all = new ConcurrentLinkedQueue<>();
        List<Thread> threads = IntStream.range(0, 8).mapToObj(i -> new Thread(() -> {
            for (int j = 0; j < 20; j++) {
                all.add(connection.send(SmtpFixture.envelope("user" + i + "@example.org"), TestContent.SMALL));
                all.add(connection.reset());
            }
        })).toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        all.forEach(SmtpFixture::get);
        assertThat(server.received()).hasSize(160).allMatch(mail -> mail.recipients().size() == 1);
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void manyWaitingOperationsDoNotOverflowTheStackWhenTheConnectionDies() {
        Stall stall = new Stall();
        behaviour.mail(Reaction.stall(stall).then(Reaction.close()));
        SmtpConnection connection = SMTP.connect(server());
        List<CompletableFuture<?>> all = IntStream.range(0, 20_000).<CompletableFuture<?>>mapToObj(i ->
            connection.send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL)).toList();
        await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 1);
        stall.release();
        all.forEach(sent -> assertThat(SmtpFixture.failure(sent)).isInstanceOf(SmtpException.class));
    }

    @Test
    void quitSaysQuitAndClosesAndMayBeCalledAgain() {
        SmtpServer server = server();
        SmtpConnection connection = SMTP.connect(server);
        SmtpFixture.send(connection, "a@example.org");
        SmtpFixture.get(connection.quit());
        SmtpFixture.get(connection.quit());
        assertThat(connection.isUsable()).isFalse();
        assertThat(SmtpFixture.get(connection.reset())).isFalse();
        await().atMost(SmtpFixture.AMPLE).until(() -> server.openConnections().isEmpty());
        assertThat(server.connections().get(0).ending()).contains(Ending.QUIT);
        assertThat(server.statistics().commands("QUIT")).isEqualTo(1);
    }

    @Test
    void abortBeforeTheDotDefersAndBehindItIsAmbiguous() {
        Stall stall = new Stall();
        behaviour.data(Reaction.stall(stall)).once().endOfData(Reaction.stall(stall));
        SmtpServer server = server();
        for (RecipientResult.Status expected : List.of(RecipientResult.Status.DEFERRED, RecipientResult.Status.AMBIGUOUS)) {
            SmtpConnection connection = SMTP.connect(server);
            var sent = connection.send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL);
            await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 1);
            connection.abort();
            assertThat(SmtpFixture.statuses(SmtpFixture.get(sent).recipients())).containsExactly(expected);
            assertThat(connection.isUsable()).isFalse();
            await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 0);
        }
    }

    @Test
    void closingTheClientFailsWhatIsUnderWayAndRefusesWhatComesLater() {
        Stall stall = new Stall();
        behaviour.mail(Reaction.stall(stall));
        SmtpServer server = server();
        Stall greeting = new Stall();
        SmtpServer silent = SMTP.start(SmtpServer.builder().behaviour(Behaviour.accepting().connect(Reaction.stall(greeting))));
        CompletableFuture<TransactionResult> sent;
        CompletableFuture<SmtpConnection> opening;
        SmtpConnection connection;
        SmtpClient client = new SmtpClient();
        try {
            connection = SmtpFixture.get(client.connect(SmtpFixture.settings(server).build()));
            sent = connection.send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL);
            opening = client.connect(SmtpFixture.settings(silent).build());
            await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 1 && greeting.waiting() == 1);
        } finally {
            client.close();
        }
        assertThat(SmtpFixture.failure(sent)).isInstanceOf(SmtpException.class);
        assertThat(SmtpFixture.failure(opening)).isInstanceOf(SmtpException.class);
        assertThat(SmtpFixture.failure(client.connect(SmtpFixture.settings(server).build()))).isInstanceOf(SmtpException.class);
        assertThat(SmtpFixture.failure(connection.send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL)))
            .isInstanceOf(SmtpException.class);
        SmtpFixture.get(connection.quit());
        SmtpFixture.get(connection.closed());
        connection.abort();
        assertThat(connection.isUsable()).isFalse();
        // With commands unread in its buffer, a server that stalls does not see that its client has gone.
        stall.release();
    }

    @Test
    void theWatchForLeakedBuffersSeesALeak() {
        leak();
        await().atMost(SmtpFixture.AMPLE).until(() -> {
            BufferLeaks.provokeReports();
            return !BufferLeaks.reported().isEmpty();
        });
        BufferLeaks.forget();
    }

    private static void leak() {
        ByteBuf unused = PooledByteBufAllocator.DEFAULT.buffer(64);
        unused.writeByte(1);
    }
}
