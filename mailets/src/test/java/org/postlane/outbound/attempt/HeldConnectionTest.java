// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.pool.DiscardReason;
import org.postlane.pool.Lease;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpClient;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.TlsMode;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.SmtpServer;

/** Who ends an attempt early ends what is its own, and nothing that is somebody else's by then. */
class HeldConnectionTest {
    private final OutboundMetrics metrics = new OutboundMetrics(new RecordingMetricFactory(), new NoopGaugeRegistry());
    private final CountDownLatch awaited = new CountDownLatch(1);
    private final SmtpServer server = SmtpServer.with(new Behaviour() {
        @Override
        public Reaction onConnect(Connection connection) {
            await(awaited);
            return Reaction.proceed();
        }
    });
    private final SmtpClient client = new SmtpClient(metrics);
    private final CountDownLatch busy = new CountDownLatch(1);
    private final List<String> givenBack = new CopyOnWriteArrayList<>();
    /** The pool is asked only where somebody still waits for a connection. */
    private final HeldConnection held = new HeldConnection(null);

    @AfterEach
    void stop() {
        awaited.countDown();
        busy.countDown();
        client.close();
        server.close();
    }

    /** A connection whose own thread is busy until it is let go on: what it was told to do has not been done yet. */
    private PooledConnection busyConnection() throws Exception {
        CompletableFuture<SmtpConnection> opened = new CompletableFuture<>();
        CompletableFuture<Void> unused = client.connect(
            SessionSettings.to(server.address(), "mx.test").ehloName("client.test").tls(TlsMode.NONE).build())
            .thenAccept(connection -> {
                opened.complete(connection);
                await(busy);
            });
        // Only now does the server greet: a connection that had been there before would have had the test's own thread wait.
        awaited.countDown();
        return new PooledConnection(opened.get(60, TimeUnit.SECONDS), new HangUps(), metrics);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Lease<PooledConnection> lease(PooledConnection connection) {
        return lease(connection, false);
    }

    private Lease<PooledConnection> lease(PooledConnection connection, boolean following) {
        return new Lease<>() {
            @Override
            public PooledConnection resource() {
                assertThat(givenBack).isEmpty();
                return connection;
            }

            @Override
            public boolean isReused() {
                return true;
            }

            @Override
            public boolean isFollowing() {
                return following;
            }

            @Override
            public void letFollow() {
                // Nobody does.
            }

            @Override
            public void release() {
                givenBack.add("for others");
            }

            @Override
            public void discard(DiscardReason reason) {
                givenBack.add(reason.toString());
            }
        };
    }

    @Test
    void aConnectionThatIsToBeCutOffIsNobodyElsesAlthoughItStillLooksUsable() throws Exception {
        PooledConnection connection = busyConnection();
        held.came(lease(connection));
        held.giveUp();
        assertThat(connection.isUsable()).isTrue();
        held.giveBack();
        assertThat(givenBack).containsExactly(DiscardReason.BROKEN.toString());
    }

    @Test
    void whoHasSentNothingYetBehindOthersLeavesThemTheirConnectionWhenHeIsGivenUp() throws Exception {
        PooledConnection connection = busyConnection();
        held.came(lease(connection, true));
        held.giveUp();
        assertThat(held.begin()).isFalse();
        held.giveBack();
        busy.countDown();
        assertThat(connection.connection().noop().get(60, TimeUnit.SECONDS).isPositive()).isTrue();
        assertThat(givenBack).containsExactly("for others");
    }

    @Test
    void whoHasBegunBehindOthersIsCutOffWithThem() throws Exception {
        PooledConnection connection = busyConnection();
        held.came(lease(connection, true));
        assertThat(held.begin()).isTrue();
        held.giveUp();
        held.giveBack();
        assertThat(givenBack).containsExactly(DiscardReason.BROKEN.toString());
    }

    @Test
    void whatIsGivenUpAfterItsConnectionWentBackLeavesThatAlone() throws Exception {
        PooledConnection connection = busyConnection();
        held.came(lease(connection));
        held.giveBack();
        held.giveUp();
        assertThat(held.nanosStalled()).isNotNegative();
        busy.countDown();
        assertThat(connection.connection().noop().get(60, TimeUnit.SECONDS).isPositive()).isTrue();
        assertThat(givenBack).containsExactly("for others");
    }
}
