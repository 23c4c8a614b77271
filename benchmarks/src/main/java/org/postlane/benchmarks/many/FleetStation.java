// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.load.Injector;
import org.postlane.benchmarks.peers.Delivery;
import org.postlane.benchmarks.peers.James;
import org.postlane.benchmarks.peers.Relay;
import org.postlane.testing.fleet.Fleet;

/** A James that sends by MX, and the hosts that it finds there. */
public record FleetStation(James james, Fleet fleet, Options options) implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;
    /** So many connections as the server likes. */
    private static final int NOT_SAID = 0;

    /** Something to wait for. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Starts both. */
    public static FleetStation start(String name, Delivery delivery, Options options) throws IOException {
        Fleet fleet = Fleet.everywhere();
        try {
            Relay relay = new Relay(fleet.port(), true, NOT_SAID, false, Path.of(options.text("work")),
                options.is("keep"), options.pairs("set"));
            return new FleetStation(James.start(name, delivery, relay), fleet, options);
        } catch (IOException | RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    Duration patience() {
        return Duration.ofSeconds(options.number("patience", 1));
    }

    Injector injector(int octets, IntFunction<String> recipients) {
        return new Injector(james.port(), options.number("injectors", 1), octets, recipients);
    }

    /** Waits until all mail has left the server. */
    void awaitIdle() throws IOException, InterruptedException {
        await("it has mail", () -> james.spooled() == 0 && james.waiting() == 0);
    }

    /** Waits until no mail is on its way to the outgoing queue. */
    void awaitSpooled() throws IOException, InterruptedException {
        await("its spool has mail", () -> james.spooled() == 0);
    }

    /** Drops all mail that nobody works on until there is none. */
    void drop() throws IOException, InterruptedException {
        await("it has mail", () -> {
            james.empty();
            return james.spooled() == 0 && james.waiting() == 0;
        });
    }

    /** @param otherwise what is wrong where it takes too long */
    void await(String otherwise, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience().toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(james.name() + ": " + otherwise + " after " + patience().toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            james.close();
        } finally {
            fleet.close();
        }
    }
}
