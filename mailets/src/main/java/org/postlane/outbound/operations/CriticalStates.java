// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.inject.Inject;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must work for any mail to move: reading a queue, writing the journal, putting mail back. A component reports each failure
 * and each success of such a thing; the log says once that it does not work and once that it works again, and the health check
 * tells what does not work now.
 *
 * <p>One for the whole James. Safe for use by several threads; never blocks.
 */
public final class CriticalStates {
    private static final Logger LOGGER = LoggerFactory.getLogger(CriticalStates.class);

    private final Clock clock;
    private final Map<String, Condition> conditions = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Optional<String>>> questions = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Optional<String>>> questionsAboutParts = new ConcurrentHashMap<>();
    /** When a question was first answered with a cause. */
    private final Map<String, Instant> seen = new ConcurrentHashMap<>();

    /** For James' injector. */
    @Inject
    public CriticalStates(Clock clock) {
        this.clock = clock;
    }

    /**
     * Something to be watched.
     *
     * @param trouble what is the matter when it does not work, in a few words: {@code queue outgoing cannot be read}. Two that
     *     watch the same trouble share one condition
     * @param patience how long it may fail, without a success in between, before that is critical; zero: at the first failure
     */
    public Condition watch(String trouble, Duration patience) {
        return conditions.computeIfAbsent(trouble, key -> new Condition(key, patience));
    }

    /**
     * Something that knows by itself whether it works, and logs that itself. It is asked at each look.
     *
     * @param trouble as for {@link #watch}
     * @param problem the cause, or empty while it works; must not block
     */
    public void ask(String trouble, Supplier<Optional<String>> problem) {
        questions.put(trouble, problem);
    }

    /**
     * Something that may be out of order while everything else works. It degrades James' health, and makes it not unhealthy: a
     * restart would not help.
     *
     * @param trouble as for {@link #watch}
     * @param problem as for {@link #ask}
     */
    public void askAboutPart(String trouble, Supplier<Optional<String>> problem) {
        questionsAboutParts.put(trouble, problem);
    }

    /** What does not work now, the oldest trouble first. */
    public List<Problem> problems() {
        List<Problem> now = new ArrayList<>();
        ask(questions, true, now);
        ask(questionsAboutParts, false, now);
        conditions.values().forEach(condition -> {
            Problem problem = condition.problem();
            if (problem != null) {
                now.add(problem);
            }
        });
        now.sort(Comparator.comparing(Problem::since));
        return now;
    }

    private void ask(Map<String, Supplier<Optional<String>>> asked, boolean critical, List<Problem> answers) {
        asked.forEach((trouble, question) -> question.get().ifPresentOrElse(
            cause -> answers.add(new Problem(trouble, seen.computeIfAbsent(trouble, key -> clock.instant()), cause, critical)),
            () -> seen.remove(trouble)));
    }

    /** One thing that works or does not. Safe for use by several threads. */
    public final class Condition {
        private final String trouble;
        private final Duration patience;
        /** The first failure after the last success; null while it works. */
        private volatile Instant failingSince;
        /** Guarded by this object's lock, as what follows. */
        private String lastFailure;
        private boolean announced;

        private Condition(String trouble, Duration patience) {
            this.trouble = trouble;
            this.patience = patience;
        }

        /** It failed once more. */
        public void failed(Throwable why) {
            boolean first;
            synchronized (this) {
                if (failingSince == null) {
                    failingSince = clock.instant();
                }
                lastFailure = String.valueOf(why);
                first = !announced && isCritical();
                announced |= first;
            }
            if (first) {
                LOGGER.error("Critical: {}", trouble, why);
            }
        }

        /** It worked. Costs one read of a field while all is well. */
        public void works() {
            if (failingSince == null) {
                return;
            }
            Instant began;
            boolean wasAnnounced;
            synchronized (this) {
                began = failingSince;
                wasAnnounced = announced;
                failingSince = null;
                announced = false;
            }
            if (began != null && wasAnnounced) {
                LOGGER.info("No longer critical: {}; it began at {}", trouble, began);
            }
        }

        /** Forgets it: nobody watches this any more. */
        public void close() {
            conditions.remove(trouble, this);
        }

        private boolean isCritical() {
            return Duration.between(failingSince, clock.instant()).compareTo(patience) >= 0;
        }

        private synchronized Problem problem() {
            return failingSince != null && isCritical() ? new Problem(trouble, failingSince, lastFailure, true) : null;
        }
    }

    /** Something that does not work. Immutable. */
    public static final class Problem {
        private final String trouble;
        private final Instant since;
        private final String cause;
        private final boolean critical;

        private Problem(String trouble, Instant since, String cause, boolean critical) {
            this.trouble = trouble;
            this.since = since;
            this.cause = cause;
            this.critical = critical;
        }

        /** Whether no mail can move for it; else only a part of it does not. */
        public boolean isCritical() {
            return critical;
        }

        /** What is the matter. */
        public String trouble() {
            return trouble;
        }

        /** The first failure after the last success. */
        public Instant since() {
            return since;
        }

        /** The last failure. */
        public String cause() {
            return cause;
        }

        @Override
        public String toString() {
            return trouble + " since " + since + ": " + cause;
        }
    }
}
