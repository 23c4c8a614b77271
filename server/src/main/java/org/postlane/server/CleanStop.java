// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.time.Duration;

/**
 * Runs the clean-up when the JVM is told to end (Ctrl-C, SIGTERM, exit), and bounds it: whoever stops a service waits about ten
 * seconds before he kills it, and a stop that hangs must not look like one that works.
 */
public final class CleanStop {
    /** Two seconds below the ten that docker stop waits. */
    static final Duration LIMIT = Duration.ofSeconds(8);

    private CleanStop() {
    }

    /** Registers {@code cleanUp}; when it fails or outlasts {@link #LIMIT}, stderr says so and the JVM ends with status 1. */
    public static void atExit(Runnable cleanUp) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> runBounded(cleanUp), "stop"));
    }

    private static void runBounded(Runnable cleanUp) {
        Thread worker = new Thread(cleanUp, "stop-work");
        worker.setDaemon(true);
        worker.setUncaughtExceptionHandler((thread, error) -> {
            System.err.println("postlane: the stop failed: " + error);
            Runtime.getRuntime().halt(1);
        });
        worker.start();
        try {
            worker.join(LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (worker.isAlive()) {
            System.err.println("postlane: the stop took longer than " + LIMIT.toSeconds() + " s; ending without it");
            Runtime.getRuntime().halt(1);
        }
    }
}
