// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.impl.recovery.AutorecoveringChannel;
import com.rabbitmq.client.impl.recovery.RecoveryAwareChannelN;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Schedulers;
import reactor.rabbitmq.AcknowledgableDelivery;
import reactor.rabbitmq.Receiver;

/**
 * What one reader of a queue holds unacknowledged, and for how long. Too long, and it is given back to the queue: that costs one
 * mail its turn, where the broker would take back all that came over the channel. Who still works on it then ends in vain, or it
 * is done twice.
 *
 * <p>A lease ends, too, when the connection is lost by which its delivery came: the broker then has it again. Safe for use by
 * several threads.
 */
final class Leases {
    /**
     * RabbitMQ closes a channel over which something was held for 30 min ({@code consumer_timeout}, its default), and looks every
     * minute. What Postlane itself holds, it holds for less: {@code HoldTimes} of the bundle, which has another class loader.
     */
    static final Duration LONGEST = Duration.ofMinutes(28);
    /**
     * What is given back sooner waits until then: James gives a mail back at once whose content it cannot read, and the broker
     * would give it again at once, as fast as both can for as long as Cassandra is away.
     */
    static final Duration SHORTEST = Duration.ofSeconds(5);
    /**
     * When nobody reads any more, what is in hand may be ended for so long: as long as a stop may take, and no less than that is
     * with Compose. Somebody may have dropped a mail without a word, and it shall not wait for longer until others have it.
     */
    static final Duration WIND_UP = Duration.ofSeconds(Math.max(30, Long.getLong("postlane.stop.seconds", 0)));
    private static final Duration WIND_UP_LOOK = Duration.ofMillis(100);
    private static final boolean REQUEUE = true;
    private static final Logger LOGGER = LoggerFactory.getLogger(Leases.class);

    private final String queue;
    private final long longest;
    private final Deliveries deliveries;
    /** By the tag of the delivery, which does not begin anew with a connection that has come back. */
    private final Map<Long, Lease> held = new ConcurrentHashMap<>();
    /** Null until it is open. */
    private volatile Channel channel;

    /** @param deliveries where is found whether they are still ours */
    Leases(String queue, Duration longest, Deliveries deliveries) {
        this.queue = queue;
        this.longest = longest.toNanos();
        this.deliveries = deliveries;
    }

    /** All come over this channel; said before the first does. */
    void areOf(Channel opened) {
        channel = opened;
    }

    /** Looks at what is held until it is disposed of, so often that nothing is held for much longer than it may. */
    Disposable watch() {
        long pause = Math.max(1, longest / 100);
        Disposable looking = Schedulers.boundedElastic().schedulePeriodically(this::look, pause, pause, TimeUnit.NANOSECONDS);
        return Disposables.composite(looking, () -> held.values().forEach(Lease::end));
    }

    private void look() {
        long now = System.nanoTime();
        for (Lease lease : held.values()) {
            if (!lease.isOurs()) {
                lease.end();
            } else if (now - lease.since >= longest) {
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

    /** A delivery has come, and is under the watch until it is acknowledged, given back or lost. */
    void begin(Delivery delivery, BiConsumer<Receiver.AcknowledgmentContext, Exception> onError) {
        long number = deliveries.number();
        Lease lease = new Lease(number, new Delivery(delivery.getEnvelope(), delivery.getProperties(),
            Deliveries.numbered(delivery.getBody(), number)), onError);
        deliveries.goesIn(number, lease::isOurs);
        held.put(lease.tag, lease);
    }

    /** The same delivery; empty where it was given back or lost since it came. */
    Optional<AcknowledgableDelivery> of(Delivery delivery) {
        Lease lease = held.get(delivery.getEnvelope().getDeliveryTag());
        if (lease != null && !lease.isOurs()) {
            lease.end();
            return Optional.empty();
        }
        return Optional.ofNullable(lease);
    }

    /**
     * Nobody reads any more: no more comes, others get at once what James has not been given, and the channel is closed when what
     * is in hand is done. Does not wait.
     */
    void windUp(String consumer, Disposable reading) {
        Disposable unused = Schedulers.boundedElastic().schedule(() -> {
            Channel open = channel;
            if (open == null) {
                reading.dispose();
                return;
            }
            try {
                open.basicCancel(consumer);
            } catch (IOException | RuntimeException e) {
                LOGGER.debug("Queue {} is no longer read: its channel has gone already", queue, e);
            }
            closeWhenDone(open, reading, System.nanoTime() + WIND_UP.toNanos());
        });
    }

    private void closeWhenDone(Channel open, Disposable reading, long deadline) {
        // Again and again: what was on its way when the broker was told comes after that.
        held.values().stream().filter(Lease::isForOthers).forEach(this::giveBack);
        if (!held.isEmpty() && open.isOpen() && System.nanoTime() - deadline < 0) {
            Disposable unused = Schedulers.boundedElastic().schedule(() -> closeWhenDone(open, reading, deadline),
                WIND_UP_LOOK.toMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        try {
            open.abort();
        } catch (IOException | RuntimeException e) {
            LOGGER.debug("The channel of queue {} could not be closed", queue, e);
        }
        reading.dispose();
    }

    /**
     * Whether what came with this tag would still be acknowledged by it. When a connection comes back, the client goes on
     * counting behind the last that came over the one of before.
     */
    private boolean isOfThisConnection(long tag) {
        Channel open = channel;
        if (!open.isOpen()) {
            return false;
        }
        Channel now = open instanceof AutorecoveringChannel ? ((AutorecoveringChannel) open).getDelegate() : open;
        return !(now instanceof RecoveryAwareChannelN) || tag > ((RecoveryAwareChannelN) now).getActiveDeliveryTagOffset();
    }

    private final class Lease extends AcknowledgableDelivery {
        private final long since = System.nanoTime();
        private final long number;
        private final long tag;
        private final AtomicBoolean waits = new AtomicBoolean();
        /** Whoever says so first tells the broker, and nobody else does. */
        private final AtomicBoolean told = new AtomicBoolean();
        private volatile boolean givenBack;

        Lease(long number, Delivery delivery, BiConsumer<Receiver.AcknowledgmentContext, Exception> onError) {
            super(delivery, channel, onError);
            this.number = number;
            this.tag = delivery.getEnvelope().getDeliveryTag();
        }

        boolean isOurs() {
            return !givenBack && isOfThisConnection(tag);
        }

        /** Whether nobody here has it any more, or has it yet, so that others may. */
        boolean isForOthers() {
            return waits.get() || deliveries.isGoingThrough(number);
        }

        void end() {
            held.remove(tag, this);
            deliveries.ends(number);
        }

        @Override
        public void ack(boolean multiple) {
            if (waits.get() || !told.compareAndSet(false, true)) {
                return;
            }
            try {
                // Without a look the client would wait ten seconds for a connection that could not acknowledge it either.
                if (isOurs()) {
                    super.ack(multiple);
                } else {
                    tellLate("its connection has gone, or it was held for too long");
                }
            } catch (RuntimeException e) {
                tellLate(e.toString());
            } finally {
                // Not before: with the last that is held the channel is closed.
                end();
            }
        }

        /** For James the mail is done. Of what comes again it will find neither entry nor content. */
        private void tellLate(String why) {
            LOGGER.warn("A mail of queue {} was done, and comes again to be dropped: {}", queue, why);
        }

        void release() {
            if (told.compareAndSet(false, true)) {
                giveBackNow(REQUEUE);
            }
        }

        private void giveBackNow(boolean requeue) {
            try {
                if (isOurs()) {
                    givenBack = true;
                    super.nack(false, requeue);
                }
            } finally {
                end();
            }
        }

        @Override
        public void nack(boolean multiple, boolean requeue) {
            long left = SHORTEST.toNanos() - (System.nanoTime() - since);
            if (!isOurs()) {
                end();
            } else if (requeue && left > 0) {
                if (!waits.getAndSet(true)) {
                    Disposable unused = Schedulers.boundedElastic().schedule(() -> giveBack(this), left, TimeUnit.NANOSECONDS);
                }
            } else if (told.compareAndSet(false, true)) {
                try {
                    giveBackNow(requeue);
                } catch (RuntimeException e) {
                    LOGGER.debug("A mail of queue {} is in its queue already", queue, e);
                }
            }
        }
    }
}
