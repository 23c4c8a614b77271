// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import javax.inject.Inject;

/**
 * How long James may take to stop, by the system property {@value #PROPERTY}: whoever stops it must wait longer before he kills
 * it. One for the whole James, whose parts end one after the other: the time begins when the first of them asks, and what one has
 * used up the next has no more.
 *
 * <p>Safe for use by several threads.
 */
public final class StopTime {
    /** Whole seconds. */
    public static final String PROPERTY = "postlane.stop.seconds";
    /** Below the ten seconds that docker stop waits unless it is told otherwise. */
    static final int DEFAULT = 8;
    static final int LEAST = 5;
    static final int MOST = 3600;
    /** Of these, five are for what runs and a sixth for its end; the rest is for listeners, the spool and the store. */
    private static final int PARTS = 8;
    private static final int FOR_WHAT_RUNS = 5;
    private static final int FOR_ITS_END = 6;
    /** Who does not answer QUIT by then is left without. */
    private static final Duration FAREWELLS = Duration.ofSeconds(3);

    private final Duration part;
    private final LongSupplier nanoTime;
    private OptionalLong begun = OptionalLong.empty();

    /**
     * By the property.
     *
     * @throws ConfigurationError where that is no such number
     */
    @Inject
    public StopTime() {
        this(Duration.ofSeconds(seconds(System.getProperty(PROPERTY))), System::nanoTime);
    }

    /** With a clock of its own, such as {@link System#nanoTime()}. */
    public StopTime(Duration whole, LongSupplier nanoTime) {
        this.part = whole.dividedBy(PARTS);
        this.nanoTime = nanoTime;
    }

    /** How long mail that is being written into mailboxes may still go on. */
    public Duration leftForWhatRuns() {
        return left(FOR_WHAT_RUNS);
    }

    /** How long may be waited for what was broken off, which queues still have to take, and for runs of lanes. */
    public Duration leftForItsEnd() {
        return left(FOR_ITS_END);
    }

    /** How long what is being sent may still go on: as what runs, and a moment where that has used up its time. */
    public Duration leftForWhatIsSent() {
        Duration end = leftForItsEnd();
        Duration moment = end.compareTo(part) > 0 ? part : end;
        Duration left = leftForWhatRuns();
        return left.compareTo(moment) > 0 ? left : moment;
    }

    /** How long servers may be told that there is no more mail for them: a moment, which has to be left. */
    public Duration leftForFarewells() {
        Duration end = leftForItsEnd();
        return end.compareTo(FAREWELLS) > 0 ? FAREWELLS : end;
    }

    private synchronized Duration left(int parts) {
        if (begun.isEmpty()) {
            begun = OptionalLong.of(nanoTime.getAsLong());
        }
        Duration left = part.multipliedBy(parts).minusNanos(nanoTime.getAsLong() - begun.getAsLong());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static int seconds(String value) {
        if (value == null) {
            return DEFAULT;
        }
        try {
            int seconds = Integer.parseInt(value.trim());
            if (seconds >= LEAST && seconds <= MOST) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            throw error(value);
        }
        throw error(value);
    }

    private static ConfigurationError error(String value) {
        return new ConfigurationError("The system property " + PROPERTY + "=" + value + ": expected whole seconds from " + LEAST
            + " to " + MOST);
    }
}
