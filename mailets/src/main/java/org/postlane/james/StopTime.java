// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.time.Duration;

/**
 * How long James may take to stop, by the system property {@value #PROPERTY}: whoever stops it must wait longer before he kills
 * it. Stateless.
 */
public final class StopTime {
    /** Whole seconds. */
    public static final String PROPERTY = "postlane.stop.seconds";
    /** Below the ten seconds that docker stop waits unless it is told otherwise. */
    static final int DEFAULT = 8;
    static final int LEAST = 5;
    static final int MOST = 3600;
    /** The rest is for listeners, the spool, which James gives five seconds, and the store. */
    private static final double SHARE_OF_WHAT_RUNS = 5.0 / 8;

    private StopTime() {
    }

    /**
     * How long mail that is being processed or written into mailboxes may go on.
     *
     * @throws ConfigurationError where the property is no such number
     */
    public static Duration forWhatRuns() {
        return Duration.ofMillis((long) (1000 * seconds(System.getProperty(PROPERTY)) * SHARE_OF_WHAT_RUNS));
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
