// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.time.Duration;

/**
 * Runs the clean-up when the JVM is told to end (Ctrl-C, SIGTERM, exit), and bounds it: whoever stops a service waits about ten
 * seconds before he kills it, unless he is told to wait longer, and a stop that hangs must not look like one that works.
 */
public final class CleanStop {
    /** Whole seconds; the bundle reads it too, for what it has under way. */
    static final String PROPERTY = "postlane.stop.seconds";
    /** Two seconds below the ten that docker stop waits. */
    private static final int DEFAULT = 8;
    private static final int LEAST = 5;
    private static final int MOST = 3600;

    private CleanStop() {
    }

    /**
     * How long the clean-up may take.
     *
     * @throws StartError where the system property is no such number
     */
    static Duration limit() {
        String value = System.getProperty(PROPERTY, String.valueOf(DEFAULT)).trim();
        // No more digits than the bounds have.
        if (!value.matches("\\d{1,4}") || Integer.parseInt(value) < LEAST || Integer.parseInt(value) > MOST) {
            throw new StartError("-D" + PROPERTY + "=" + value + ": expected whole seconds from " + LEAST + " to " + MOST);
        }
        return Duration.ofSeconds(Integer.parseInt(value));
    }

    /** Registers {@code cleanUp}; when it fails or outlasts {@link #limit}, stderr says so and the JVM ends with status 1. */
    public static void atExit(Runnable cleanUp) {
        Duration limit = limit();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> runBounded(cleanUp, limit), "stop"));
    }

    private static void runBounded(Runnable cleanUp, Duration limit) {
        Thread worker = new Thread(cleanUp, "stop-work");
        worker.setDaemon(true);
        worker.setUncaughtExceptionHandler((thread, error) -> {
            System.err.println("postlane: the stop failed: " + error);
            Runtime.getRuntime().halt(1);
        });
        worker.start();
        try {
            worker.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (worker.isAlive()) {
            System.err.println("postlane: the stop took longer than " + limit.toSeconds() + " s; ending without it");
            Runtime.getRuntime().halt(1);
        }
    }
}
