// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

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
import reactor.rabbitmq.ReceiverOptions;
import reactor.rabbitmq.Sender;

/**
 * Binds the connection to RabbitMQ, its channels for sending, and its health check. Whoever installs it closes it when the James
 * on it has stopped: what is in hand can be acknowledged over the channel alone that it came by.
 */
public final class RabbitMqConnectionModule extends AbstractModule implements AutoCloseable {
    private final RabbitMqSettings settings;
    private final SimpleConnectionPool connections;
    private ReactorRabbitMQChannelPool channels;

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
    ReceiverProvider receivers(Deliveries deliveries) {
        return () -> new LastingReceiver(new ReceiverOptions().connectionMono(connections.getResilientConnection()),
            Leases.LONGEST, deliveries);
    }

    /** Ends channels and connection: what was not acknowledged is in its queue again. */
    @Override
    public synchronized void close() {
        if (channels != null) {
            channels.close();
        }
        connections.close();
    }
}
