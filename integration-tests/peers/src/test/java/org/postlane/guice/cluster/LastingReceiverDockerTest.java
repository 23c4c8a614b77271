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
import java.util.function.BooleanSupplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.MessageProperties;
import org.apache.james.backends.rabbitmq.RabbitMQConnectionFactory;
import org.apache.james.backends.rabbitmq.SimpleConnectionPool;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.peers.RabbitBroker;
import org.postlane.testing.docker.RequiresDocker;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
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
    private final Deliveries deliveries = new Deliveries();
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

    private LastingReceiver receiver(Duration longestHold) {
        return new LastingReceiver(new ReceiverOptions().connectionMono(connections.getResilientConnection()), longestHold,
            deliveries);
    }

    private void read(Duration longestHold) {
        LastingReceiver receiver = receiver(longestHold);
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
        LastingReceiver receiver = receiver(NEVER);
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
        LastingReceiver receiver = receiver(NEVER);
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

    /** A mail as it is in the queue, and what is told of it when it has come out of James' reader. */
    private BooleanSupplier ours(AcknowledgableDelivery delivery) throws Exception {
        JsonNode attributes = new ObjectMapper().readTree(delivery.getBody()).get("attributes");
        Mail mail = MailImpl.builder().name("mail").addAttribute(new Attribute(Deliveries.NUMBER,
            AttributeValue.fromJsonString(attributes.get(Deliveries.NUMBER.asString()).asText()))).build();
        return deliveries.comesOut(mail);
    }

    @Test
    void whatCameOverAConnectionThatWasLostIsNoLongerOurs() throws Exception {
        broker.takeBackAfter(Duration.ofMinutes(30));
        read(NEVER);
        send("{\"name\":\"kept\",\"attributes\":{}}");
        await("it").until(() -> held.size() == 1);
        AcknowledgableDelivery first = held.peek();
        BooleanSupplier firstIsOurs = ours(first);
        assertThat(firstIsOurs.getAsBoolean()).isTrue();

        broker.closeConnections();

        await("the end of the connection").until(() -> !firstIsOurs.getAsBoolean());
        await("it again").until(() -> held.size() == 2);
        AcknowledgableDelivery second = held.stream().skip(1).findFirst().orElseThrow();
        assertThat(firstIsOurs.getAsBoolean()).isFalse();
        BooleanSupplier secondIsOurs = ours(second);
        assertThat(secondIsOurs.getAsBoolean()).isTrue();
        // In vain, and of no harm to the other.
        first.ack();
        first.nack(true);
        assertThat(secondIsOurs.getAsBoolean()).isTrue();
        second.ack();
        reading.dispose();
        await("an empty queue").until(() -> channel.isOpen() && channel.messageCount(queue) == 0);
        broker.takeBackAfter(Duration.ofSeconds(3));
    }

    @Test
    void whatIsInHandWhenTheReadingEndsCanStillBeAcknowledgedAndTheRestIsForOthersAtOnce() throws Exception {
        broker.takeBackAfter(Duration.ofMinutes(30));
        read(NEVER);
        send("{\"name\":\"in hand\",\"attributes\":{}}");
        send("not in hand");
        await("both").until(() -> held.size() == 2);
        AcknowledgableDelivery inHand = held.peek();
        BooleanSupplier isOurs = ours(inHand);

        reading.dispose();

        Queue<String> given = new ConcurrentLinkedQueue<>();
        Disposable other = receiver(NEVER).consumeManualAck(queue, new ConsumeOptions().qos(10)).subscribe(delivery -> {
            given.add(new String(delivery.getBody(), US_ASCII));
            delivery.ack();
        });
        await("the other one").until(() -> given.contains("not in hand"));
        assertThat(isOurs.getAsBoolean()).isTrue();
        inHand.ack();
        await("the end of the channel").until(() -> !isOurs.getAsBoolean());
        send("afterwards");
        await("what comes afterwards").until(() -> given.contains("afterwards"));
        assertThat(given).containsExactly("not in hand", "afterwards");
        other.dispose();
        broker.takeBackAfter(Duration.ofSeconds(3));
    }

    @Test
    void whatNobodyHasAskedForYetIsUnderTheWatchFromItsArrival() throws Exception {
        broker.takeBackAfter(Duration.ofMinutes(30));
        BaseSubscriber<AcknowledgableDelivery> asking = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(AcknowledgableDelivery delivery) {
                held.add(delivery);
                delivery.ack();
            }
        };
        reading = asking;
        receiver(Duration.ofSeconds(1)).consumeManualAck(queue, new ConsumeOptions().qos(10)).subscribe(asking);
        send("asked for");
        await("it").until(() -> !held.isEmpty());
        send("not asked for");
        Queue<String> given = new ConcurrentLinkedQueue<>();
        Disposable other = receiver(NEVER).consumeManualAck(queue, new ConsumeOptions().qos(10)).subscribe(delivery -> {
            given.add(new String(delivery.getBody(), US_ASCII));
            delivery.ack();
        });
        await("it, by another").until(() -> given.contains("not asked for"));

        asking.request(10);
        // In turns to the one and the other.
        send("one");
        send("two");
        await("both").until(() -> held.size() + given.size() == 4);
        other.dispose();
        assertThat(texts()).doesNotContain("not asked for");
        broker.takeBackAfter(Duration.ofSeconds(3));
    }

    @Test
    void aConnectionThatComesBackIsNoSecondOne() throws Exception {
        broker.takeBackAfter(Duration.ofMinutes(30));
        connections.close();
        connections = new OneConnection(new RabbitMQConnectionFactory(broker.configuration()),
            SimpleConnectionPool.Configuration.DEFAULT);
        read(NEVER);
        for (int time = 1; time <= 3; time++) {
            String text = "after the connection was lost " + (time - 1) + " times";
            channel = connections.getResilientConnection().block().createChannel();
            send(text);
            await(text).until(() -> texts().contains(text));
            broker.closeConnections();
            await("the end").until(() -> !connections.tryConnection().block());
            // As James does for its health check, and for each mail that is to be queued.
            assertThat(connections.getResilientConnection().block().isOpen()).isTrue();
        }
        System.out.println(broker.connections() + " connections after 3 that were lost");
        assertThat(broker.connections()).isEqualTo(1);
        broker.takeBackAfter(Duration.ofSeconds(3));
    }
}
