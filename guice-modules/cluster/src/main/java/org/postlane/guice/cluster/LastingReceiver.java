// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import org.postlane.guice.durable.StoreError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.rabbitmq.AcknowledgableDelivery;
import reactor.rabbitmq.ConsumeOptions;
import reactor.rabbitmq.Receiver;
import reactor.rabbitmq.ReceiverOptions;
import reactor.util.retry.Retry;

/**
 * Reads a queue for as long as somebody wants it read, whatever ends the reading. Nothing is held for so long that the broker
 * would close the channel ({@link Leases}); and where the broker closes it alone all the same, the queue is read again over
 * another. The client takes such a channel for one that comes back with its connection: it gives nothing more and no error, until
 * James is started again.
 */
final class LastingReceiver extends Receiver {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(LastingReceiver.class);

    private final Duration longestHold;
    private final Deliveries deliveries;

    /** @param deliveries where is found what becomes of those that are given out */
    LastingReceiver(ReceiverOptions options, Duration longestHold, Deliveries deliveries) {
        super(options);
        this.longestHold = longestHold;
        this.deliveries = deliveries;
    }

    @Override
    public Flux<AcknowledgableDelivery> consumeManualAck(String queue, ConsumeOptions options) {
        return Flux.defer(() -> once(queue, copy(options)))
            .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE).transientErrors(true)
                .doBeforeRetry(again -> LOGGER.warn("Queue {} is read again over another channel, and RabbitMQ gives again "
                    + "what was not acknowledged: {}", queue, StoreError.reason(again.failure()))));
    }

    private Flux<AcknowledgableDelivery> once(String queue, ConsumeOptions options) {
        AtomicBoolean closedHere = new AtomicBoolean();
        Sinks.Empty<Void> closed = Sinks.empty();
        Leases leases = new Leases(queue, longestHold, deliveries);
        options.channelCallback(channel -> {
            leases.areOf(channel);
            // When it comes: it may then wait for long until James asks for it.
            options.hookBeforeEmitBiFunction((asked, delivery) -> {
                leases.begin(delivery, options.getExceptionHandler());
                return true;
            });
            // Before the one of the receiver, which then ends the reading.
            channel.addShutdownListener(reason -> {
                closedHere.set(reason.isInitiatedByApplication());
                if (isOfTheChannelAlone(reason)) {
                    forget(channel);
                    closed.tryEmitError(new ReadingEnded(reason.getMessage()));
                }
            });
        });
        Flux<AcknowledgableDelivery> all = super.consumeManualAck(queue, options)
            // The broker ends it so when it takes a queue away or moves it.
            .concatWith(Mono.defer(() -> closedHere.get() ? Mono.empty()
                : Mono.error(new ReadingEnded("RabbitMQ cancelled the consumer"))));
        Flux<AcknowledgableDelivery> watched = Flux.using(leases::watch, watch -> all, Disposable::dispose);
        Flux<AcknowledgableDelivery> windingUp = Flux.create(sink -> {
            Disposable reading = watched.subscribe(sink::next, sink::error, sink::complete);
            // With the channel would end what is in hand, and others would be given it while it is being done.
            sink.onCancel(() -> leases.windUp(options.getConsumerTag(), reading));
        });
        return windingUp
            .<AcknowledgableDelivery>handle((delivery, sink) -> leases.of(delivery).ifPresent(sink::next))
            .takeUntilOther(closed.asMono());
    }

    /** What comes late over a channel of before is told to the listeners of that channel. */
    private static ConsumeOptions copy(ConsumeOptions options) {
        return new ConsumeOptions().qos(options.getQos()).consumerTag(options.getConsumerTag() + UUID.randomUUID())
            .overflowStrategy(options.getOverflowStrategy()).arguments(options.getArguments())
            .exceptionHandler(options.getExceptionHandler());
    }

    /** A connection that was lost comes back, and its channels with it; one that was closed here is not wanted. */
    private static boolean isOfTheChannelAlone(ShutdownSignalException reason) {
        return !reason.isHardError() && !reason.isInitiatedByApplication();
    }

    /**
     * Or the client would open it again with its next connection, and its consumer with it, for which nobody is there. Not on
     * the connection's own thread, which has to hear the answer.
     */
    private static void forget(Channel channel) {
        Disposable unused = Schedulers.boundedElastic().schedule(() -> {
            try {
                channel.abort();
            } catch (IOException | RuntimeException e) {
                LOGGER.debug("A channel that RabbitMQ has closed could not be forgotten", e);
            }
        });
    }

    /** Why, in the broker's words. */
    private static final class ReadingEnded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ReadingEnded(String reason) {
            super(reason);
        }
    }
}
