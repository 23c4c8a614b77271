// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** A mail server that runs, takes mail on a port of loopback and relays it to one sink. */
public interface MailServer extends AutoCloseable {
    /** For tables and plots. */
    String name();

    /** The port that takes mail. */
    int port();

    /** From now on mail is accepted and kept. */
    void hold() throws IOException, InterruptedException;

    /** How many mails it has accepted since it was told to keep them. */
    default long kept() throws IOException, InterruptedException {
        return waiting();
    }

    /** How many mails have not left; exact when it is 0. */
    long waiting() throws IOException, InterruptedException;

    /** Ends {@link #hold}; returns when the server knows it. */
    void release() throws IOException, InterruptedException;

    /**
     * Seconds of processor time that the server has used until now, all its processes together; empty where nobody counts them.
     */
    OptionalDouble processorSeconds() throws IOException;

    /**
     * Records what it does from now on until it is closed, where it runs in a JVM.
     *
     * @param file what is written at the end, for JDK Flight Recorder's tools
     */
    default void record(Path file) throws IOException {
        // Others have nothing that could be recorded so.
    }

    /** Ends it, and deletes its directory. */
    @Override
    void close() throws IOException;
}
