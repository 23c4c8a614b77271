// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.annotation.PreDestroy;
import javax.inject.Inject;
import javax.inject.Provider;

import org.apache.james.mailetcontainer.api.MailProcessor;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailQueueFactory;
import org.postlane.james.ServerStarted;
import org.postlane.recipient.RecipientType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes of the whole James, one for each recipient type, shared by all mailets that declare them. They begin to take mail
 * from their queues when James has started, because the processors they need may not exist before; mail can be handed over at
 * any time. They end when the last mailet that declared them is destroyed, or when James ends them.
 *
 * <p>Safe for use by several threads.
 */
public final class Lanes {
    /** What runs at the end has this long to finish; what does not is in its queue and runs again after the restart. */
    static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
    /** How often James is asked whether it has started. */
    static final Duration START_POLL = Duration.ofMillis(50);

    private static final Logger LOGGER = LoggerFactory.getLogger(Lanes.class);

    private final MailQueueFactory<?> queues;
    private final Provider<MailProcessor> processor;
    private final ServerStarted serverStarted;
    private final MetricFactory metricFactory;
    private final Clock clock;

    private final Map<RecipientType, Lane> lanes = new EnumMap<>(RecipientType.class);
    private ScheduledThreadPoolExecutor timer;
    private ScheduledFuture<?> startPoll;
    private int users;

    /** For James' injector; the processor comes from a provider, because the processors themselves hold mailets with lanes. */
    @Inject
    public Lanes(MailQueueFactory<?> queues, Provider<MailProcessor> processor, ServerStarted serverStarted,
            MetricFactory metricFactory) {
        this(queues, processor, serverStarted, metricFactory, Clock.systemUTC());
    }

    Lanes(MailQueueFactory<?> queues, Provider<MailProcessor> processor, ServerStarted serverStarted,
            MetricFactory metricFactory, Clock clock) {
        this.queues = queues;
        this.processor = processor;
        this.serverStarted = serverStarted;
        this.metricFactory = metricFactory;
        this.clock = clock;
    }

    /**
     * Declares lanes for one mailet, which releases them once when it ends.
     *
     * @throws org.postlane.james.ConfigurationError where a lane was declared before with other settings; nothing is kept then
     */
    public synchronized Map<RecipientType, Lane> declare(Collection<LaneSettings> declared) {
        for (LaneSettings settings : declared) {
            Lane present = lanes.get(settings.type());
            if (present != null) {
                LaneSettings unusedTogether = present.settings().and(settings);
            }
        }
        open();
        for (LaneSettings settings : declared) {
            lanes.computeIfAbsent(settings.type(),
                type -> new Lane(settings, queues, processor, timer, clock, metricFactory)).declare(settings);
        }
        users++;
        return new EnumMap<>(lanes);
    }

    private void open() {
        if (timer == null) {
            timer = new ScheduledThreadPoolExecutor(1, LaneThreads.factory("lanes-timer"));
            timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        }
        if (startPoll == null || startPoll.isDone()) {
            startPoll = timer.scheduleWithFixedDelay(this::startLanes, START_POLL.toMillis(), START_POLL.toMillis(),
                TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void startLanes() {
        if (timer == null || !serverStarted.isStarted()) {
            return;
        }
        boolean allStarted = true;
        for (Lane lane : lanes.values()) {
            allStarted &= start(lane);
        }
        if (allStarted) {
            startPoll.cancel(false);
        }
    }

    private static boolean start(Lane lane) {
        try {
            lane.start();
            return true;
        } catch (RuntimeException e) {
            LOGGER.error("{}: its queue cannot be opened and is tried again", lane.settings().laneName(), e);
            return false;
        }
    }

    /** Undoes one {@link #declare}; the last one ends the lanes. More calls than declarations do nothing. */
    public synchronized void release() {
        if (users > 0) {
            users--;
            if (users == 0) {
                close();
            }
        }
    }

    /**
     * Ends all lanes: no more mail is taken, what runs has {@link #CLOSE_WAIT} to finish, and the rest stays in
     * the queues. A second call does nothing. Mail that is handed over afterwards is refused, and so stays in the spool.
     */
    @PreDestroy
    public synchronized void close() {
        lanes.values().forEach(Lane::stop);
        long deadline = System.nanoTime() + CLOSE_WAIT.toNanos();
        lanes.values().forEach(lane -> lane.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
        lanes.clear();
        users = 0;
        if (timer != null) {
            timer.shutdown();
            timer = null;
            startPoll = null;
        }
    }
}
