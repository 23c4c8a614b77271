// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import org.apache.james.backends.rabbitmq.RabbitMQConfiguration;
import org.apache.james.backends.rabbitmq.RabbitMQConnectionFactory;
import org.apache.james.backends.rabbitmq.ReactorRabbitMQChannelPool;
import org.apache.james.backends.rabbitmq.ReceiverProvider;
import org.apache.james.backends.rabbitmq.SimpleConnectionPool;
import org.apache.james.blob.api.BlobId;
import org.apache.james.blob.api.BlobStore;
import org.apache.james.blob.api.BlobStoreDAO;
import org.apache.james.blob.api.BucketName;
import org.apache.james.blob.api.HashBlobId;
import org.apache.james.blob.api.ObjectNotFoundException;
import org.apache.james.blob.memory.MemoryBlobStoreDAO;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.rabbitmq.RabbitMQMailQueueFactory;
import org.apache.james.queue.rabbitmq.view.RabbitMQMailQueueConfiguration;
import org.apache.james.queue.rabbitmq.view.api.FakeMailQueueView;
import org.apache.james.queue.rabbitmq.view.api.MailQueueView;
import org.apache.james.server.blob.deduplication.PassThroughBlobStore;
import reactor.core.publisher.Mono;
import reactor.rabbitmq.RabbitFlux;
import reactor.rabbitmq.ReceiverOptions;
import reactor.rabbitmq.Sender;

/**
 * James' own RabbitMQ queues, on a broker that outlives them, with the contents of mails in memory and without the view that
 * James has in Cassandra for listing them.
 */
public final class RabbitQueues implements AutoCloseable {
    /** The contents of mails, which outlive one James' connection to the broker. */
    public static final class Contents {
        private final BlobStoreDAO blobs = new Blobs();
    }

    /**
     * In memory as James' own, which reads its hash table without the lock that it writes with: while the table grows it does not
     * find what it has, and the queue then discards the mail.
     */
    private static final class Blobs extends MemoryBlobStoreDAO {
        private final Map<BlobId, byte[]> contents = new ConcurrentHashMap<>();

        @Override
        public Mono<byte[]> readBytes(BucketName bucket, BlobId id) {
            return Mono.fromCallable(() -> contents.get(id))
                .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException(id.asString() + " is not there")));
        }

        @Override
        public Mono<Void> save(BucketName bucket, BlobId id, byte[] content) {
            return Mono.fromRunnable(() -> contents.put(id, content));
        }

        @Override
        public Mono<Void> delete(BucketName bucket, BlobId id) {
            return Mono.fromRunnable(() -> contents.remove(id));
        }
    }

    private final SimpleConnectionPool connections;
    private final ReactorRabbitMQChannelPool channels;
    private final MailQueueFactory<?> factory;
    private final Connection looking;

    /** The queues as one James sees them. */
    public RabbitQueues(RabbitBroker broker, Contents contents) {
        this(broker, contents, new RawMailQueueItemDecoratorFactory());
    }

    /** The same, with something around each item that they give. */
    public RabbitQueues(RabbitBroker broker, Contents contents, MailQueueItemDecoratorFactory around) {
        this(broker, contents, around,
            connections -> () -> RabbitFlux.createReceiver(new ReceiverOptions().connectionMono(connections)));
    }

    /** The same, read by these receivers. */
    public RabbitQueues(RabbitBroker broker, Contents contents, MailQueueItemDecoratorFactory around,
                        Function<Mono<Connection>, ReceiverProvider> receivers) {
        RabbitMQConfiguration configuration = broker.configuration();
        connections = new SimpleConnectionPool(new RabbitMQConnectionFactory(configuration),
            SimpleConnectionPool.Configuration.DEFAULT);
        channels = new ReactorRabbitMQChannelPool(connections.getResilientConnection(),
            ReactorRabbitMQChannelPool.Configuration.DEFAULT, new RecordingMetricFactory());
        channels.start();
        HashBlobId.Factory ids = new HashBlobId.Factory();
        Injector injector = Guice.createInjector(new AbstractModule() {
            @Override
            protected void configure() {
                bind(RabbitMQConfiguration.class).toInstance(configuration);
                bind(RabbitMQMailQueueConfiguration.class).toInstance(RabbitMQMailQueueConfiguration.sizeMetricsDisabled());
                bind(Sender.class).toInstance(channels.getSender());
                bind(ReceiverProvider.class).toInstance(receivers.apply(connections.getResilientConnection()));
                bind(BlobId.Factory.class).toInstance(ids);
                bind(BlobStore.class).toInstance(new PassThroughBlobStore(contents.blobs, BucketName.DEFAULT, ids));
                bind(MailQueueView.Factory.class).toInstance(new FakeMailQueueView.Factory());
                bind(MailQueueItemDecoratorFactory.class).toInstance(around);
                bind(MetricFactory.class).toInstance(new RecordingMetricFactory());
                bind(GaugeRegistry.class).toInstance(new NoopGaugeRegistry());
                bind(Clock.class).toInstance(Clock.systemUTC());
            }
        });
        factory = injector.getInstance(RabbitMQMailQueueFactory.class);
        looking = connections.getResilientConnection().block();
    }

    /** What makes them. */
    public MailQueueFactory<?> factory() {
        return factory;
    }

    /** Mails in a queue of James that nobody has been given; 0 where there is no such queue. */
    public int ready(String queue) {
        try (Channel channel = looking.createChannel()) {
            return channel.queueDeclarePassive("JamesMailQueue-workqueue-" + queue).getMessageCount();
        } catch (IOException | TimeoutException e) {
            return 0;
        }
    }

    /** Ends the connections: what was not acknowledged is in its queue again. */
    @Override
    public void close() {
        channels.close();
        connections.close();
    }
}
