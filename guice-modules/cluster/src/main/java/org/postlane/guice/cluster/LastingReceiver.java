// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.rabbitmq.AcknowledgableDelivery;
import reactor.rabbitmq.ConsumeOptions;
import reactor.rabbitmq.Receiver;
import reactor.rabbitmq.ReceiverOptions;
import reactor.util.retry.Retry;

/**
 * Reads a queue for as long as somebody wants it read. Nothing is held for so long that the broker would close the channel
 * ({@link Leases}); and where the broker closes it alone all the same, the queue is read again over another. The client takes
 * such
 * a channel for one that comes back with its connection: it gives nothing more and no error, until James is started again.
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
                .filter(ChannelClosed.class::isInstance)
                .doBeforeRetry(again -> LOGGER.warn("RabbitMQ closed the channel that queue {} is read over, and gives again "
                    + "what was not acknowledged: {}", queue, again.failure().getMessage())));
    }

    private Flux<AcknowledgableDelivery> once(String queue, ConsumeOptions options) {
        AtomicReference<Channel> open = new AtomicReference<>();
        Sinks.Empty<Void> closed = Sinks.empty();
        Leases leases = new Leases(queue, longestHold);
        options.channelCallback(channel -> {
            open.set(channel);
            channel.addShutdownListener(reason -> {
                if (isOfTheChannelAlone(reason)) {
                    closed.tryEmitError(new ChannelClosed(reason));
                }
            });
        });
        Flux<AcknowledgableDelivery> deliveries = super.consumeManualAck(queue, options)
            .map(delivery -> leases.of(delivery, open.get(), options.getExceptionHandler()));
        return Flux.using(leases::watch, watch -> deliveries, Disposable::dispose).takeUntilOther(closed.asMono());
    }

    /** A connection that was lost comes back, and its channels with it; one that was closed here is not wanted. */
    private static boolean isOfTheChannelAlone(ShutdownSignalException reason) {
        return !reason.isHardError() && !reason.isInitiatedByApplication();
    }

    /** The broker's reason. */
    private static final class ChannelClosed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ChannelClosed(ShutdownSignalException reason) {
            super(reason.getMessage(), reason);
        }
    }
}
