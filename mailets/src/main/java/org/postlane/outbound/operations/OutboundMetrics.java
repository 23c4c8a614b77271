// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.inject.Inject;

import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.queue.api.MailQueueName;
import org.postlane.journal.JournalStats;
import org.postlane.outbound.mail.Verdict;
import org.postlane.pool.DiscardReason;
import org.postlane.pool.PoolStats;
import org.postlane.schedule.DestinationStatus;
import org.postlane.smtp.Fault;
import org.postlane.smtp.PhaseListener;
import org.postlane.smtp.RecipientResult.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that outbound delivery counts and measures, under {@code postlane.}; {@code docs/outbound.md} has the table. How
 * many figures there are depends on the number of queues and on nothing that comes with mail: a domain never has one of its own.
 *
 * <p>One for the whole James. Safe for use by several threads. No method fails: a figure is not worth a mail.
 */
public final class OutboundMetrics implements PhaseListener {
    /** What the time of one mail at one destination goes into, beside the phases of its session. */
    public enum Stage {
        /** From being taken out of the queue until the destination lets it begin. */
        WAITING,
        /** From asking for a connection until there is one, opening included. */
        CONNECTION,
        /** From MAIL to the last answer to the content, or to its end in vain. */
        TRANSACTION
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(OutboundMetrics.class);
    private static final String OUTBOUND = "postlane.outbound.";

    /** Counters by the longest time that they count, in order: round times, each several times the one before. */
    private static final Map<String, Duration> TIMES_IN_QUEUE = timesInQueue();

    private final MetricFactory factory;
    private final GaugeRegistry gauges;
    private final Metric attempts;
    private final Metric handedBack;
    private final Map<Status, Metric> outcomes;
    private final Map<Fault, Metric> faults;
    private final Map<Stage, String> stages = timerNames(Stage.values());
    private final Map<Phase, String> phases = timerNames(Phase.values());
    private final RecentTimes timesInQueue = new RecentTimes();
    private final List<Metric> timesInQueueWithin;
    private volatile boolean complained;

    /** For James' injector. */
    @Inject
    public OutboundMetrics(MetricFactory factory, GaugeRegistry gauges) {
        this.factory = factory;
        this.gauges = gauges;
        this.attempts = factory.generate(OUTBOUND + "attempts");
        this.handedBack = factory.generate(OUTBOUND + "handedBack");
        this.outcomes = Arrays.stream(Status.values()).filter(status -> status != Status.NEXT_TRANSACTION)
            .collect(Collectors.toUnmodifiableMap(Function.identity(), status -> factory.generate(OUTBOUND + camel(status))));
        this.faults = Arrays.stream(Fault.values())
            .collect(Collectors.toUnmodifiableMap(Function.identity(),
                fault -> factory.generate(OUTBOUND + "fault." + camel(fault))));
        this.timesInQueueWithin = TIMES_IN_QUEUE.keySet().stream()
            .map(name -> factory.generate("postlane.timeInQueue." + name)).collect(Collectors.toUnmodifiableList());
        gauge("postlane.timeInQueue.p50", () -> timesInQueue.seconds(0.50));
        gauge("postlane.timeInQueue.p95", () -> timesInQueue.seconds(0.95));
        gauge("postlane.timeInQueue.p99", () -> timesInQueue.seconds(0.99));
    }

    private static Map<String, Duration> timesInQueue() {
        Map<String, Duration> times = new LinkedHashMap<>();
        times.put("upTo1s", Duration.ofSeconds(1));
        times.put("upTo10s", Duration.ofSeconds(10));
        times.put("upTo1min", Duration.ofMinutes(1));
        times.put("upTo10min", Duration.ofMinutes(10));
        times.put("upTo1h", Duration.ofHours(1));
        times.put("upTo4h", Duration.ofHours(4));
        times.put("upTo1d", Duration.ofDays(1));
        times.put("longer", Duration.ofSeconds(Long.MAX_VALUE));
        return times;
    }

    /** One attempt at one destination has begun. */
    public void attempt() {
        count(attempts);
    }

    /** One recipient went back to the queue without an attempt: the destination had no room, or no connection was free. */
    public void handedBack() {
        count(handedBack);
    }

    /** One recipient failed because its time is over. */
    void givenUp() {
        count(outcomes.get(Status.FAILED));
    }

    /** What became of one recipient in one attempt. */
    void outcome(Verdict verdict, Duration timeInQueue) {
        // The recipients that a server wants in another transaction are deferred as any other if they get no turn.
        Status status = verdict.status() == Status.NEXT_TRANSACTION ? Status.DEFERRED : verdict.status();
        count(outcomes.get(status));
        verdict.fault().ifPresent(fault -> count(faults.get(fault)));
        if (status == Status.DELIVERED) {
            timesInQueue.add(timeInQueue);
            countTimeInQueue(timeInQueue);
        }
    }

    /** James' timers measure from when they are started; this time may have begun before the process did. */
    private void countTimeInQueue(Duration time) {
        int index = 0;
        for (Duration upper : TIMES_IN_QUEUE.values()) {
            if (time.compareTo(upper) <= 0) {
                break;
            }
            index++;
        }
        count(timesInQueueWithin.get(index));
    }

    private static <E extends Enum<E>> Map<E, String> timerNames(E[] phases) {
        return Arrays.stream(phases)
            .collect(Collectors.toUnmodifiableMap(Function.identity(), phase -> "postlane.phase." + camel(phase)));
    }

    /** Begins to measure. */
    public Span start(Stage stage) {
        return measure(stages.get(stage));
    }

    @Override
    public Span begin(Phase phase) {
        return measure(phases.get(phase));
    }

    private Span measure(String name) {
        TimeMetric timer;
        try {
            timer = factory.timer(name);
        } catch (RuntimeException e) {
            complain(e);
            return () -> { };
        }
        return () -> {
            try {
                timer.stopAndPublish();
            } catch (RuntimeException e) {
                complain(e);
            }
        };
    }

    /** Shows the pool, and how many connections it may have open. */
    public void watchPool(Supplier<PoolStats> pool, Supplier<Integer> limit) {
        String prefix = "postlane.connections.";
        gauge(prefix + "limit", limit);
        gauge(prefix + "open", () -> pool.get().open());
        gauge(prefix + "opening", () -> pool.get().opening());
        gauge(prefix + "leased", () -> pool.get().leased());
        gauge(prefix + "idle", () -> pool.get().idle());
        gauge(prefix + "closing", () -> pool.get().closing());
        gauge(prefix + "waiting", () -> pool.get().waiting());
        gauge(prefix + "opened", () -> pool.get().opened());
        gauge(prefix + "failedToOpen", () -> pool.get().failedToOpen());
        gauge(prefix + "acquired", () -> pool.get().acquired());
        gauge(prefix + "reused", () -> pool.get().reused());
        gauge(prefix + "followed", () -> pool.get().followed());
        gauge(prefix + "reuseRatio", () -> ratio(pool.get()));
        gauge(prefix + "timedOut", () -> pool.get().timedOut());
        for (DiscardReason reason : DiscardReason.values()) {
            gauge(prefix + "discarded." + reason, () -> pool.get().discarded(reason));
        }
    }

    private static double ratio(PoolStats stats) {
        return stats.acquired() == 0 ? 0 : (double) stats.reused() / stats.acquired();
    }

    /** Shows how many destinations there are in each state, and their attempts. */
    public void watchDestinations(Destinations destinations) {
        DestinationCounts counts = new DestinationCounts(destinations, System::nanoTime);
        for (DestinationStatus.State state : DestinationStatus.State.values()) {
            gauge("postlane.destinations." + camel(state), () -> counts.now().in(state));
        }
        gauge("postlane.destinations.waiting", () -> counts.now().waiting());
        gauge("postlane.destinations.underWay", () -> counts.now().underWay());
    }

    /** Shows how many things do not work: those without which no mail can move, and those that concern a part of it. */
    public void watchHealth(CriticalStates states) {
        gauge("postlane.health.critical", () -> states.problems().stream().filter(CriticalStates.Problem::isCritical).count());
        gauge("postlane.health.degraded", () -> states.problems().stream().filter(problem -> !problem.isCritical()).count());
    }

    /** Shows one outgoing queue; {@code depth} is asked at each look and so must not be slow, see {@link QueueDepth}. */
    public void watchQueue(MailQueueName queue, QueueInHand inHand, Supplier<Long> depth, Supplier<Optional<Duration>> age) {
        String prefix = "postlane.queue." + queue.asString() + ".";
        gauge(prefix + "depth", depth);
        gauge(prefix + "inHand", inHand::mails);
        gauge(prefix + "octetsInHand", inHand::octets);
        gauge(prefix + "oldestSeconds", () -> age.get().map(Duration::toSeconds).orElse(0L));
        gauge(prefix + "oldestInHandSeconds", () -> inHand.oldest().map(Duration::toSeconds).orElse(0L));
    }

    /** Shows the delivery journal; empty while it is not open. */
    public void watchJournal(Supplier<Optional<JournalStats>> journal) {
        String prefix = "postlane.journal.";
        gauge(prefix + "openMails", () -> journal.get().map(JournalStats::openMails).orElse(0L));
        gauge(prefix + "rememberedRecipients", () -> journal.get().map(JournalStats::rememberedRecipients).orElse(0L));
        gauge(prefix + "waiting", () -> journal.get().map(JournalStats::waiting).orElse(0L));
        gauge(prefix + "unwritten", () -> journal.get().map(JournalStats::unwritten).orElse(0L));
        gauge(prefix + "records", () -> journal.get().map(JournalStats::records).orElse(0L));
        gauge(prefix + "syncs", () -> journal.get().map(JournalStats::syncs).orElse(0L));
        gauge(prefix + "octets", () -> journal.get().map(JournalStats::octets).orElse(0L));
    }

    /** Shows whether limits that should be shared with other nodes are not, and how often Redis was asked. */
    public void watchSharedLimits(Supplier<Boolean> away, Supplier<Long> requests) {
        gauge("postlane.sharedLimits.away", () -> away.get() ? 1 : 0);
        gauge("postlane.sharedLimits.requests", requests);
    }

    private <T> void gauge(String name, Supplier<T> figure) {
        try {
            gauges.register(name, figure::get);
        } catch (RuntimeException e) {
            LOGGER.warn("The metric {} is not shown", name, e);
        }
    }

    private void count(Metric metric) {
        try {
            metric.increment();
        } catch (RuntimeException e) {
            complain(e);
        }
    }

    private void complain(RuntimeException failure) {
        if (complained) {
            LOGGER.debug("A metric could not be written", failure);
        } else {
            complained = true;
            LOGGER.warn("A metric could not be written; more of this is logged at level DEBUG", failure);
        }
    }

    /** The name of a constant as metrics write it: {@code MADE_ROOM} is {@code madeRoom}. */
    static String camel(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.US).split("_");
        return words[0] + Arrays.stream(words).skip(1)
            .map(word -> word.substring(0, 1).toUpperCase(Locale.US) + word.substring(1)).collect(Collectors.joining());
    }
}
