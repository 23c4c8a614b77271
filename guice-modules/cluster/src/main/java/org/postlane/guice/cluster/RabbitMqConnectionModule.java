// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Duration;
import javax.inject.Singleton;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.multibindings.Multibinder;
import org.apache.james.backends.rabbitmq.RabbitMQConfiguration;
import org.apache.james.backends.rabbitmq.RabbitMQConnectionFactory;
import org.apache.james.backends.rabbitmq.RabbitMQHealthCheck;
import org.apache.james.backends.rabbitmq.ReactorRabbitMQChannelPool;
import org.apache.james.backends.rabbitmq.ReceiverProvider;
import org.apache.james.backends.rabbitmq.SimpleConnectionPool;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.metrics.api.MetricFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.rabbitmq.ReceiverOptions;
import reactor.rabbitmq.Sender;

/**
 * Binds the connection to RabbitMQ, its channels for sending, and its health check. Whoever installs it closes it when the James
 * on it has stopped: what is in hand can be acknowledged over the channel alone that it came by.
 */
public final class RabbitMqConnectionModule extends AbstractModule implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RabbitMqConnectionModule.class);

    private final RabbitMqSettings settings;
    private final SimpleConnectionPool connections;
    private ReactorRabbitMQChannelPool channels;
    /** Null until somebody may read. */
    private Deliveries deliveries;

    /** Nothing is connected before James asks for it. */
    public RabbitMqConnectionModule(RabbitMqSettings settings) {
        this.settings = settings;
        this.connections =
            new OneConnection(new RabbitMQConnectionFactory(settings.brokerTriedOnce()), settings.connections());
    }

    @Override
    protected void configure() {
        bind(RabbitMQConfiguration.class).toInstance(settings.broker());
        Multibinder.newSetBinder(binder(), HealthCheck.class).addBinding().to(RabbitMQHealthCheck.class);
    }

    // Provided, and not bound, so that James does not close them in the middle of its own stop.

    @Provides
    @Singleton
    SimpleConnectionPool connections() {
        return connections;
    }

    @Provides
    @Singleton
    synchronized ReactorRabbitMQChannelPool channels(MetricFactory metrics) {
        channels = new ReactorRabbitMQChannelPool(connections.getResilientConnection(), settings.channels(), metrics);
        channels.start();
        return channels;
    }

    @Provides
    @Singleton
    Sender sender(ReactorRabbitMQChannelPool pool) {
        return pool.getSender();
    }

    /**
     * Their consumers come back by themselves, with the connection that recovers. James' distributed server restarts its spooler
     * besides, over the connection that took the place of the one that was lost: then there are two of it, and what the first is
     * given nobody takes.
     */
    @Provides
    @Singleton
    synchronized ReceiverProvider receivers(Deliveries all) {
        deliveries = all;
        return () -> new LastingReceiver(new ReceiverOptions().connectionMono(connections.getResilientConnection()),
            Leases.LONGEST, all);
    }

    /** As {@link #close(Duration)}, without waiting for what is in hand. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /**
     * Ends channels and connection: what was not acknowledged is in its queue again. Before, waits until what is in hand is done:
     * it can be acknowledged over the channel alone that it came by, and would be done twice.
     *
     * @param atMost for what is in hand: who stopped reading may never say a word about it
     */
    public synchronized void close(Duration atMost) {
        if (deliveries != null) {
            long left = deliveries.awaitNoneInHand(atMost);
            if (left > 0) {
                LOGGER.warn("{} mails are in hand and not done: RabbitMQ gives them out again", left);
            }
        }
        if (channels != null) {
            channels.close();
        }
        connections.close();
    }
}
