// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.MessageProperties;
import org.apache.james.backends.rabbitmq.RabbitMQConnectionFactory;
import org.apache.james.backends.rabbitmq.SimpleConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.peers.RabbitBroker;
import org.postlane.testing.docker.RequiresDocker;
import reactor.core.Disposable;
import reactor.rabbitmq.AcknowledgableDelivery;
import reactor.rabbitmq.ConsumeOptions;
import reactor.rabbitmq.ReceiverOptions;

/** Items that are held for long, with a broker that takes them back after three seconds and looks each second. */
@RequiresDocker
class LastingReceiverDockerTest {
    private static final Duration NEVER = Duration.ofHours(1);
    private static RabbitBroker broker;

    @TempDir
    private static Path directory;

    private final String queue = "held-" + UUID.randomUUID();
    private final Queue<AcknowledgableDelivery> held = new ConcurrentLinkedQueue<>();
    private SimpleConnectionPool connections;
    private Channel channel;
    private Disposable reading;

    @BeforeAll
    static void start() {
        broker = RabbitBroker.start(directory);
        broker.takeBackAfter(Duration.ofSeconds(3));
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @BeforeEach
    void declare() throws Exception {
        connections = new SimpleConnectionPool(new RabbitMQConnectionFactory(broker.configuration()),
            SimpleConnectionPool.Configuration.DEFAULT);
        channel = connections.getResilientConnection().block().createChannel();
        channel.queueDeclare(queue, true, false, false, null);
    }

    @AfterEach
    void end() {
        if (reading != null) {
            reading.dispose();
        }
        connections.close();
    }

    private void read(Duration longestHold) {
        LastingReceiver receiver =
            new LastingReceiver(new ReceiverOptions().connectionMono(connections.getResilientConnection()), longestHold);
        reading = receiver.consumeManualAck(queue, new ConsumeOptions().qos(10)).subscribe(held::add);
    }

    private void send(String text) throws Exception {
        channel.basicPublish("", queue, MessageProperties.PERSISTENT_TEXT_PLAIN, text.getBytes(US_ASCII));
    }

    private List<String> texts() {
        return held.stream().map(delivery -> new String(delivery.getBody(), US_ASCII)).toList();
    }

    @Test
    void aQueueWhoseChannelTheBrokerClosedIsReadAgain() throws Exception {
        LastingReceiver receiver =
            new LastingReceiver(new ReceiverOptions().connectionMono(connections.getResilientConnection()), NEVER);
        reading = receiver.consumeManualAck(queue, new ConsumeOptions().qos(10)).subscribe(delivery -> {
            held.add(delivery);
            // All but the first, whose channel is closed for it.
            if (held.size() > 1) {
                delivery.ack();
            }
        });
        send("kept for too long");

        await("what was not acknowledged").until(() -> texts().size() > 1);
        assertThat(texts()).containsOnly("kept for too long");
        send("afterwards");
        await("what comes afterwards").until(() -> texts().contains("afterwards"));
    }

    @Test
    void whatIsHeldForTooLongIsGivenBackAloneAndBeforeTheBrokerTakesIt() throws Exception {
        read(Duration.ofSeconds(1));
        send("kept");
        await("it").until(() -> !held.isEmpty());
        AcknowledgableDelivery first = held.peek();
        await("it again").until(() -> held.size() > 1);
        send("beside it");
        await("what comes beside").until(() -> texts().contains("beside it"));

        // Over the channel that it came by, which the broker has not closed: all tags are of one row.
        assertThat(held).extracting(delivery -> delivery.getEnvelope().getDeliveryTag()).doesNotHaveDuplicates();
        assertThat(held.stream().skip(1).findFirst().orElseThrow().getEnvelope().isRedeliver()).isTrue();
        // Too late, and without effect.
        first.ack();
    }

    @Test
    void whatIsGivenBackAtOnceDoesNotTurnAsFastAsItCan() throws Exception {
        LastingReceiver receiver =
            new LastingReceiver(new ReceiverOptions().connectionMono(connections.getResilientConnection()), NEVER);
        broker.takeBackAfter(Duration.ofMinutes(30));
        long begun = System.nanoTime();
        reading = receiver.consumeManualAck(queue, new ConsumeOptions().qos(10)).subscribe(delivery -> {
            held.add(delivery);
            delivery.nack(true);
        });
        send("unreadable");

        await("it again").until(() -> held.size() > 1);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Leases.SHORTEST);
        broker.takeBackAfter(Duration.ofSeconds(3));
    }
}
