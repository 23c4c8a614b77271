// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.annotation.PreDestroy;

import org.postlane.james.WatchedFile;
import org.postlane.smtpserver.Networks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of networks, read again within seconds of a change, also where another file has taken their place. One that cannot be
 * read, or that holds something else, changes nothing, and the log names file, line and what was expected. One for the whole
 * James. Safe for use by several threads.
 */
public final class NetworkFiles {
    /** A file counts as changed once it has been the same twice. */
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(NetworkFiles.class);

    private final List<Watched> files = new ArrayList<>();
    private ScheduledExecutorService watch;

    private static final class Watched {
        private final WatchedFile file;
        private volatile Networks networks;

        private Watched(WatchedFile file) {
            this.file = file;
            this.networks = read(file);
        }

        private void readAgain() {
            try {
                if (file.hasChanged()) {
                    networks = read(file);
                    LOGGER.info("Networks were read again from {}: {} entries", file, networks.size());
                }
            } catch (IllegalArgumentException e) {
                LOGGER.error("The networks stay as they are: {}", e.getMessage());
            } catch (RuntimeException e) {
                // An exception that escapes would end the watching.
                LOGGER.error("The networks stay as they are: {} cannot be watched", file, e);
            }
        }

        private static Networks read(WatchedFile file) {
            List<String> entries = new ArrayList<>();
            file.read(entry -> {
                try {
                    // One by one, so that the message can name the line.
                    Networks unused = Networks.of(List.of(entry));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("a network or an address such as 192.0.2.0/24, 2001:db8::/32 or "
                        + "192.0.2.1; " + e.getMessage(), e);
                }
                entries.add(entry);
            });
            return Networks.of(entries);
        }
    }

    /**
     * The networks of a file, as they are each time.
     *
     * @throws IllegalArgumentException where it cannot be read, with file, line and what was expected
     */
    synchronized Supplier<Networks> watch(Path path) {
        Watched watched = new Watched(new WatchedFile(path));
        files.add(watched);
        if (watch == null) {
            watch = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "postlane-network-files");
                thread.setDaemon(true);
                return thread;
            });
            var unusedSchedule = watch.scheduleWithFixedDelay(this::readAgain, POLL.toMillis(), POLL.toMillis(),
                TimeUnit.MILLISECONDS);
        }
        return () -> watched.networks;
    }

    private synchronized void readAgain() {
        files.forEach(Watched::readAgain);
    }

    /** Ends the watching. */
    @PreDestroy
    public synchronized void close() {
        if (watch != null) {
            watch.shutdownNow();
        }
    }
}
