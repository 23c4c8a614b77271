// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets a test that says nothing else wait a minute for what it awaits. Nothing is tested by the time that it takes:
 * Awaitility's own ten seconds pass on a machine with too much to do, and say nothing about what was awaited.
 */
public final class AwaitilityTimeout implements LauncherSessionListener {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(TIMEOUT);
    }
}
