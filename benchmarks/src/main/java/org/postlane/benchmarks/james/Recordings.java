// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;

import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/** What JDK Flight Recorder sees of this process: samples of what threads do and allocate, with their stacks. */
final class Recordings {
    /** Of the JDK's two settings the one that samples more often, every 10 ms. */
    private static final String SETTINGS = "profile";

    private Recordings() {
    }

    static Recording begin() throws IOException {
        try {
            Recording recording = new Recording(Configuration.getConfiguration(SETTINGS));
            recording.start();
            return recording;
        } catch (ParseException e) {
            throw new IOException("the JDK's settings for recordings cannot be read", e);
        }
    }

    /** Writes what was recorded. */
    static void end(Recording recording, Path file) throws IOException {
        recording.stop();
        recording.dump(file);
        recording.close();
    }
}
