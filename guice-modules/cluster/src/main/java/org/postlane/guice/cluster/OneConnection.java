// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import com.rabbitmq.client.Connection;
import org.apache.james.backends.rabbitmq.RabbitMQConnectionFactory;
import org.apache.james.backends.rabbitmq.RabbitMQServerVersion;
import org.apache.james.backends.rabbitmq.SimpleConnectionPool;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * The connection of a node, which comes back by itself when it was lost. James' pool opens another one meanwhile, if it is asked:
 * then there are two, of which nobody closes the first, and one more with each time that the broker is away.
 */
final class OneConnection extends SimpleConnectionPool {
    private final AtomicReference<Connection> opened = new AtomicReference<>();
    private final Configuration configuration;

    OneConnection(RabbitMQConnectionFactory factory, Configuration configuration) {
        super(factory, configuration);
        this.configuration = configuration;
    }

    @Override
    public Mono<Connection> getResilientConnection() {
        return Mono.defer(this::connection).retryWhen(
            Retry.backoff(configuration.getNumRetries(), configuration.getInitialDelay()).scheduler(Schedulers.boundedElastic()));
    }

    private Mono<Connection> connection() {
        Connection known = opened.get();
        if (known == null) {
            return super.getResilientConnection().doOnNext(opened::set);
        }
        return known.isOpen() ? Mono.just(known) : Mono.error(new IllegalStateException(
            "The connection to RabbitMQ is lost, and has not come back yet"));
    }

    @Override
    public Mono<Boolean> tryConnection() {
        return opened.get() == null ? super.tryConnection() : connection().hasElement().onErrorReturn(false);
    }

    @Override
    public Mono<RabbitMQServerVersion> version() {
        return tryConnection().filter(open -> open).flatMap(open -> super.version());
    }

    /** Ends its coming back, too. */
    @Override
    public void close() {
        super.close();
        Optional.ofNullable(opened.get()).ifPresent(Connection::abort);
    }
}
