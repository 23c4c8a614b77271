// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;
import reactor.rabbitmq.AcknowledgableDelivery;
import reactor.rabbitmq.Receiver;

/**
 * What one reader of a queue holds unacknowledged, and for how long. Too long, and it is given back to the queue: that costs one
 * mail its turn, where the broker would take back all that came over the channel. Who still works on it then ends in vain, or it
 * is done twice. Safe for use by several threads.
 */
final class Leases {
    /**
     * RabbitMQ closes a channel over which something was held for 30 min ({@code consumer_timeout}, its default), and looks every
     * minute. Postlane's own limits lie below: 20 min in hand, 10 min while delayed mail waits for its time.
     */
    static final Duration LONGEST = Duration.ofMinutes(25);
    /**
     * What is given back sooner waits until then: James gives a mail back at once whose content it cannot read, and the broker
     * would give it again at once, as fast as both can for as long as Cassandra is away.
     */
    static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final boolean REQUEUE = true;
    private static final Logger LOGGER = LoggerFactory.getLogger(Leases.class);

    private final String queue;
    private final long longest;
    private final Set<Lease> held = ConcurrentHashMap.newKeySet();

    Leases(String queue, Duration longest) {
        this.queue = queue;
        this.longest = longest.toNanos();
    }

    /** Looks at what is held, so often that nothing is held for much longer than it may. */
    Disposable watch() {
        long pause = Math.max(1, longest / 100);
        return Schedulers.boundedElastic().schedulePeriodically(this::look, pause, pause, TimeUnit.NANOSECONDS);
    }

    private void look() {
        long now = System.nanoTime();
        for (Lease lease : held) {
            if (now - lease.since >= longest) {
                LOGGER.warn("A mail of queue {} was held for {} s and is given back to it, before the broker takes it", queue,
                    Duration.ofNanos(longest).toSeconds());
                giveBack(lease);
            }
        }
    }

    private void giveBack(Lease lease) {
        try {
            lease.release();
        } catch (RuntimeException e) {
            // Its channel is gone, and so it is in its queue again. A periodic task that throws would never run again.
            LOGGER.debug("A mail of queue {} could not be given back", queue, e);
        }
    }

    /** The same delivery, under the watch until it is acknowledged or given back. */
    AcknowledgableDelivery of(Delivery delivery, Channel channel, BiConsumer<Receiver.AcknowledgmentContext, Exception> onError) {
        Lease lease = new Lease(delivery, channel, onError);
        held.add(lease);
        return lease;
    }

    private final class Lease extends AcknowledgableDelivery {
        private final long since = System.nanoTime();
        private final AtomicBoolean waits = new AtomicBoolean();

        Lease(Delivery delivery, Channel channel, BiConsumer<Receiver.AcknowledgmentContext, Exception> onError) {
            super(delivery, channel, onError);
        }

        @Override
        public void ack(boolean multiple) {
            if (!waits.get()) {
                held.remove(this);
                try {
                    super.ack(multiple);
                } catch (RuntimeException e) {
                    // For James the mail is done. Of what comes again it will find neither entry nor content.
                    LOGGER.warn("A mail of queue {} was done after its channel had gone, and comes again to be dropped: {}",
                        queue, e.toString());
                }
            }
        }

        void release() {
            held.remove(this);
            super.nack(false, REQUEUE);
        }

        @Override
        public void nack(boolean multiple, boolean requeue) {
            long left = SHORTEST.toNanos() - (System.nanoTime() - since);
            if (!requeue || left <= 0) {
                held.remove(this);
                try {
                    super.nack(multiple, requeue);
                } catch (RuntimeException e) {
                    LOGGER.debug("A mail of queue {} is in its queue already", queue, e);
                }
            } else if (!waits.getAndSet(true)) {
                Disposable unused = Schedulers.boundedElastic().schedule(() -> giveBack(this), left, TimeUnit.NANOSECONDS);
            }
        }
    }
}
