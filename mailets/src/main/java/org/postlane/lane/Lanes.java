// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.annotation.PreDestroy;
import javax.inject.Inject;
import javax.inject.Provider;

import org.apache.james.mailetcontainer.api.MailProcessor;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailQueueFactory;
import org.postlane.james.ServerStarted;
import org.postlane.james.StopTime;
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
    /** How often James is asked whether it has started. */
    static final Duration START_POLL = Duration.ofMillis(50);

    private static final Logger LOGGER = LoggerFactory.getLogger(Lanes.class);

    private final MailQueueFactory<?> queues;
    private final Provider<MailProcessor> processor;
    private final ServerStarted serverStarted;
    private final MetricFactory metricFactory;
    private final GaugeRegistry gauges;
    private final Clock clock;
    /** Of what runs at the end; what does not finish in time is in its queue and runs again after the restart. */
    private final StopTime stopTime;

    private final Map<RecipientType, Lane> lanes = new EnumMap<>(RecipientType.class);
    /** Read where a lane's end may be waited for. */
    private final Map<RecipientType, LaneSettings> declaredSettings = new ConcurrentHashMap<>();
    private Optional<Lane> localRetries = Optional.empty();
    private ScheduledThreadPoolExecutor timer;
    private ScheduledFuture<?> startPoll;
    private int users;

    /** For James' injector; the processor comes from a provider, because the processors themselves hold mailets with lanes. */
    @Inject
    public Lanes(MailQueueFactory<?> queues, Provider<MailProcessor> processor, ServerStarted serverStarted,
            MetricFactory metricFactory, GaugeRegistry gauges, StopTime stopTime) {
        this(queues, processor, serverStarted, metricFactory, gauges, stopTime, Clock.systemUTC());
    }

    Lanes(MailQueueFactory<?> queues, Provider<MailProcessor> processor, ServerStarted serverStarted,
            MetricFactory metricFactory, GaugeRegistry gauges, StopTime stopTime, Clock clock) {
        this.queues = queues;
        this.processor = processor;
        this.serverStarted = serverStarted;
        this.metricFactory = metricFactory;
        this.gauges = gauges;
        this.stopTime = stopTime;
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
                type -> new Lane(settings, queues, processor, timer, clock, metricFactory, gauges)).declare(settings);
        }
        lanes.forEach((type, lane) -> declaredSettings.put(type, lane.settings()));
        users++;
        return new EnumMap<>(lanes);
    }

    /** The settings of one type's lane; the defaults where no mailet has declared it. Never waits. */
    public LaneSettings settings(RecipientType type) {
        return declaredSettings.getOrDefault(type, LaneSettings.defaults(type));
    }

    /**
     * Opens the queue of local deliveries that are tried again, for one mailet, which releases it once.
     *
     * @param deliveries gets what comes from the queue; the first caller's holds
     */
    public synchronized Lane openLocalRetries(MailProcessor deliveries) {
        open();
        if (localRetries.isEmpty()) {
            Lane lane = new Lane(LaneSettings.localRetries(), queues, () -> deliveries, timer, clock, metricFactory, gauges);
            localRetries = Optional.of(lane);
        }
        users++;
        return localRetries.get();
    }

    private List<Lane> all() {
        List<Lane> all = new ArrayList<>(lanes.values());
        localRetries.ifPresent(all::add);
        return all;
    }

    private void open() {
        if (timer == null) {
            timer = new ScheduledThreadPoolExecutor(1, LaneThreads.factory("lanes-timer"));
            timer.setRemoveOnCancelPolicy(true);
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
        for (Lane lane : all()) {
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

    /** Undoes one {@link #declare} or {@link #openLocalRetries}; the last one ends the lanes. More calls do nothing. */
    public synchronized void release() {
        if (users > 0) {
            users--;
            if (users == 0) {
                close();
            }
        }
    }

    /**
     * Ends all lanes: no more mail is taken, what runs has the time of {@link StopTime} to finish, and the rest stays in
     * the queues. A second call does nothing. Mail that is handed over afterwards goes into the queues too.
     */
    @PreDestroy
    public synchronized void close() {
        List<Lane> ending = all();
        ending.forEach(Lane::stop);
        ending.forEach(lane -> lane.awaitEnd(stopTime.leftForItsEnd()));
        lanes.clear();
        declaredSettings.clear();
        localRetries = Optional.empty();
        users = 0;
        if (timer != null) {
            timer.shutdown();
            timer = null;
            startPoll = null;
        }
    }
}
