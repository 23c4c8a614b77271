// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

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

    LastingReceiver(ReceiverOptions options, Duration longestHold) {
        super(options);
        this.longestHold = longestHold;
    }

    @Override
    public Flux<AcknowledgableDelivery> consumeManualAck(String queue, ConsumeOptions options) {
        return Flux.defer(() -> once(queue, options))
            .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE).transientErrors(true)
                .doBeforeRetry(again -> LOGGER.warn("Queue {} is read again over another channel, and RabbitMQ gives again "
                    + "what was not acknowledged: {}", queue, StoreError.reason(again.failure()))));
    }

    private Flux<AcknowledgableDelivery> once(String queue, ConsumeOptions options) {
        AtomicReference<Channel> open = new AtomicReference<>();
        AtomicBoolean closedHere = new AtomicBoolean();
        Sinks.Empty<Void> closed = Sinks.empty();
        Leases leases = new Leases(queue, longestHold);
        options.channelCallback(channel -> {
            open.set(channel);
            // Before the one of the receiver, which then ends the reading.
            channel.addShutdownListener(reason -> {
                closedHere.set(reason.isInitiatedByApplication());
                if (isOfTheChannelAlone(reason)) {
                    forget(channel);
                    closed.tryEmitError(new ReadingEnded(reason.getMessage()));
                }
            });
        });
        Flux<AcknowledgableDelivery> deliveries = super.consumeManualAck(queue, options)
            // The broker ends it so when it takes a queue away or moves it.
            .concatWith(Mono.defer(() -> closedHere.get() ? Mono.empty()
                : Mono.error(new ReadingEnded("RabbitMQ cancelled the consumer"))))
            .map(delivery -> leases.of(delivery, open.get(), options.getExceptionHandler()));
        return Flux.using(leases::watch, watch -> deliveries, Disposable::dispose).takeUntilOther(closed.asMono());
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
