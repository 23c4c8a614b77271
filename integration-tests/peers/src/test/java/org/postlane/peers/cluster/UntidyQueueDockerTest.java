// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import com.datastax.oss.driver.api.core.CqlSession;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import org.apache.james.backends.rabbitmq.RabbitMQConfiguration;
import org.apache.james.backends.rabbitmq.RabbitMQConnectionFactory;
import org.apache.james.backends.rabbitmq.ReactorRabbitMQChannelPool;
import org.apache.james.backends.rabbitmq.ReceiverProvider;
import org.apache.james.backends.rabbitmq.SimpleConnectionPool;
import org.apache.james.core.builder.MimeMessageBuilder;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.james.utils.InitializationOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.guice.cluster.CassandraBlobStoreModule;
import org.postlane.guice.cluster.CassandraQueueViewModule;
import org.postlane.guice.cluster.CassandraSessionModule;
import org.postlane.guice.cluster.CassandraSettings;
import org.postlane.guice.cluster.RabbitMqMailQueueModule;
import org.postlane.guice.cluster.RabbitMqSettings;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.rabbitmq.Sender;

/** Queues of which somebody has left something undone; in a keyspace of the test's own, whose time nobody else shares. */
@WithCluster
class UntidyQueueDockerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration DAYS = Duration.ofDays(2);

    @TempDir
    Path conf;

    private final Cluster cluster;
    private final String name = "empty-" + UUID.randomUUID().toString().substring(0, 8);
    private SimpleConnectionPool connections;
    private ReactorRabbitMQChannelPool channels;
    private RabbitMqSettings settings;

    UntidyQueueDockerTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void connect() throws Exception {
        String rabbit = cluster.part("rabbitmq").address();
        Files.writeString(conf.resolve("rabbitmq.properties"), "uri=amqp://" + rabbit + ":5672\nmanagement.uri=http://" + rabbit
            + ":15672\nmanagement.user=postlane\nmanagement.password=" + Cluster.PASSWORD + "\n");
        Files.writeString(conf.resolve("cassandra.properties"), "cassandra.nodes=" + cluster.part("cassandra").address()
            + ":9042\ncassandra.keyspace=empty_queues\ncassandra.keyspace.create=true\n");
        Files.copy(Path.of(System.getProperty("postlane.root"), "conf/cassandra-driver.conf"),
            conf.resolve("cassandra-driver.conf"));
        settings = RabbitMqSettings.read(conf);
        connections =
            new SimpleConnectionPool(new RabbitMQConnectionFactory(broker()), SimpleConnectionPool.Configuration.DEFAULT);
        channels = new ReactorRabbitMQChannelPool(connections.getResilientConnection(),
            ReactorRabbitMQChannelPool.Configuration.DEFAULT, new RecordingMetricFactory());
        channels.start();
    }

    private RabbitMQConfiguration broker() {
        String rabbit = cluster.part("rabbitmq").address();
        return RabbitMQConfiguration.builder()
            .amqpUri(URI.create("amqp://" + rabbit + ":5672"))
            .managementUri(URI.create("http://" + rabbit + ":15672"))
            .managementCredentials(new RabbitMQConfiguration.ManagementCredentials("postlane", Cluster.PASSWORD.toCharArray()))
            .build();
    }

    @AfterEach
    void close() throws Exception {
        try (var channel = connections.getResilientConnection().block().createChannel()) {
            channel.queueDelete("JamesMailQueue-workqueue-" + name);
            channel.queueDelete("JamesMailQueue-dead-letter-queue-" + name);
        }
        channels.close();
        connections.close();
        // Set by reading the settings, for the life of a server; here the file goes with the test.
        System.clearProperty("config.file");
    }

    /** A node whose clock is ahead by this. */
    private Injector node(CassandraSessionModule session, Duration ahead) {
        return Guice.createInjector(session, new CassandraBlobStoreModule(), new CassandraQueueViewModule(settings),
            new RabbitMqMailQueueModule(settings), new AbstractModule() {
                @Override
                protected void configure() {
                    bind(RabbitMQConfiguration.class).toInstance(broker());
                    bind(Sender.class).toInstance(channels.getSender());
                    bind(ReceiverProvider.class).toInstance(channels::createReceiver);
                    bind(MailQueueItemDecoratorFactory.class).toInstance(new RawMailQueueItemDecoratorFactory());
                    bind(MetricFactory.class).toInstance(new RecordingMetricFactory());
                    bind(GaugeRegistry.class).toInstance(new NoopGaugeRegistry());
                    bind(Clock.class).toInstance(Clock.offset(Clock.systemUTC(), ahead));
                }
            });
    }

    private static void done(MailQueue.MailQueueItem item) {
        try {
            item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS);
        } catch (MailQueue.MailQueueException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theListOfAQueueThatIsEmptyBeginsAnewAndHoldsNothing() throws Exception {
        try (CassandraSessionModule module = new CassandraSessionModule(CassandraSettings.read(conf));
             CassandraSessionModule later = new CassandraSessionModule(CassandraSettings.read(conf))) {
            Injector today = node(module, Duration.ZERO);
            MailQueue queue = queue(today);
            queue.enQueue(mail());
            // While the queue is read: the end of that is the end of the channel, and of what can be acknowledged. Not on the
            // thread that gives it, which is that of Cassandra's answers.
            Flux.from(queue.deQueue()).publishOn(Schedulers.boundedElastic()).doOnNext(UntidyQueueDockerTest::done)
                .blockFirst(PATIENCE);
            CqlSession session = today.getInstance(CqlSession.class);
            assertThat(lines(session)).as("kept for nobody").isPositive();

            node(later, DAYS).getInstance(Key.get(new TypeLiteral<Set<InitializationOperation>>() { }))
                .forEach(UntidyQueueDockerTest::begin);

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(lines(session)).isZero();
                assertThat(session.execute("SELECT browseStart FROM browseStart WHERE queueName = ?", name).one().getInstant(0))
                    .isAfter(Instant.now().plus(DAYS).minus(Duration.ofHours(3)));
            });
        }
    }

    @Test
    void aQueueOverWhichANodeDiedGetsItsMail() throws Exception {
        try (var channel = connections.getResilientConnection().block().createChannel()) {
            // As James does, in that order; the end came before the bindings.
            channel.exchangeDeclare("JamesMailQueue-exchange-" + name, "direct", true);
            channel.exchangeDeclare("JamesMailQueue-dead-letter-exchange-" + name, "direct", true);
            channel.queueDeclare("JamesMailQueue-workqueue-" + name, true, false, false,
                Map.of("x-dead-letter-exchange", "JamesMailQueue-dead-letter-exchange-" + name));
        }
        try (CassandraSessionModule module = new CassandraSessionModule(CassandraSettings.read(conf))) {
            MailQueue queue = queue(node(module, Duration.ZERO));
            queue.enQueue(mail());

            MailQueue.MailQueueItem item = Flux.from(queue.deQueue()).blockFirst(PATIENCE);
            assertThat(item.getMail().getName()).isEqualTo("passing");
        }
    }

    private MailQueue queue(Injector node) {
        return node.getInstance(Key.get(new TypeLiteral<MailQueueFactory<? extends ManageableMailQueue>>() { }))
            .createQueue(MailQueueName.of(name));
    }

    private static MailImpl mail() throws Exception {
        return MailImpl.builder().name("passing").sender("a@home.test").addRecipient("b@home.test")
            .mimeMessage(MimeMessageBuilder.mimeMessageBuilder().setText("text").build()).build();
    }

    private int lines(CqlSession session) {
        return session.execute("SELECT queueName FROM enqueuedMailsV4 WHERE queueName = ? ALLOW FILTERING", name).all().size()
            + session.execute("SELECT queueName FROM deletedMailsV2 WHERE queueName = ? ALLOW FILTERING", name).all().size();
    }

    private static void begin(InitializationOperation operation) {
        try {
            operation.initModule();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
