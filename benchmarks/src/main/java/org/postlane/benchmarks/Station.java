// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.postlane.benchmarks.load.Injector;
import org.postlane.benchmarks.net.DelayProxy;
import org.postlane.benchmarks.peers.MailServer;
import org.postlane.benchmarks.sink.Sink;

/**
 * A server that is measured, the sink that it relays to, and the way between them. Each has its own, so that what one leaves open
 * is not in the way of the next.
 *
 * @param proxy null where it sends straight to the sink
 * @param patience for everything that is waited for
 */
record Station(MailServer server, Sink sink, DelayProxy proxy, Injector injector, Duration patience) implements Closeable {
    private static final long LOOK_MILLIS = 20;
    /** Whoever watches is told so often what is waited for. */
    private static final Duration TELL = Duration.ofSeconds(15);

    /** A number that a server tells. */
    private interface Count {
        long now() throws IOException, InterruptedException;
    }

    /** Waits until all mail has left the server. */
    void awaitIdle() throws IOException, InterruptedException {
        await("has", server::waiting, 0);
    }

    /** Waits until the server keeps so many mails. */
    void awaitKept(long mails) throws IOException, InterruptedException {
        await("keeps", server::kept, mails);
    }

    private void await(String verb, Count number, long wanted) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        long tellAt = System.nanoTime() + TELL.toNanos();
        for (long now = number.now(); now != wanted; now = number.now()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(server.name() + " " + verb + " " + now + " mails, and not " + wanted);
            }
            if (System.nanoTime() > tellAt) {
                System.err.println(server.name() + " " + verb + " " + now + " mails, waiting for " + wanted);
                tellAt += TELL.toNanos();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Ends the connections that the server still has to the sink: each round begins without. */
    void disconnect() {
        if (proxy != null) {
            proxy.disconnect();
        }
        sink.disconnect();
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (proxy != null) {
            proxy.close();
        }
        sink.close();
    }
}
