// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.inject.Inject;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.rabbitmq.RabbitMQMailQueue;
import org.apache.james.queue.rabbitmq.RabbitMQMailQueueFactory;
import reactor.core.publisher.Flux;
import reactor.rabbitmq.BindingSpecification;
import reactor.rabbitmq.ExchangeSpecification;
import reactor.rabbitmq.Sender;

/**
 * James' RabbitMQ queues, each of them bound to the exchange that mail for it goes to. James takes a queue that is there for
 * whole; but one that another node is just making, or died over, has no binding yet, and what is sent to it RabbitMQ confirms and
 * forgets.
 */
final class BoundMailQueues implements MailQueueFactory<RabbitMQMailQueue> {
    /** As James names them. */
    private static final String EXCHANGE = "JamesMailQueue-exchange-";
    private static final String QUEUE = "JamesMailQueue-workqueue-";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final RabbitMQMailQueueFactory queues;
    private final Sender sender;

    @Inject
    BoundMailQueues(RabbitMQMailQueueFactory queues, Sender sender) {
        this.queues = queues;
        this.sender = sender;
    }

    @Override
    public Optional<RabbitMQMailQueue> getQueue(MailQueueName name, PrefetchCount count) {
        return queues.getQueue(name, count);
    }

    @Override
    public RabbitMQMailQueue createQueue(MailQueueName name, PrefetchCount count) {
        RabbitMQMailQueue queue = queues.createQueue(name, count);
        bind(name.asString());
        return queue;
    }

    /** Does nothing where it is done. */
    private void bind(String name) {
        Flux.concat(
                sender.declareExchange(ExchangeSpecification.exchange(EXCHANGE + name).durable(true).type("direct")),
                sender.bind(BindingSpecification.binding().exchange(EXCHANGE + name).queue(QUEUE + name).routingKey("")))
            .then()
            .block(LIMIT);
    }

    @Override
    public Set<MailQueueName> listCreatedMailQueues() {
        return queues.listCreatedMailQueues();
    }
}
