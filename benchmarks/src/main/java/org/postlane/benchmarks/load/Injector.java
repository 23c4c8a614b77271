// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Sends the same content again and again, over connections that it keeps: the envelope and DATA in one segment, the content
 * behind the 354. Cheap, so that the server gets the processor.
 *
 * @param port on loopback
 * @param connections at once
 * @param octets of each message, the final dot not among them
 * @param recipient of the mail with this number, from 0
 */
public record Injector(int port, int connections, int octets, IntFunction<String> recipient) {
    /** All mails to one recipient. */
    public Injector(int port, int connections, int octets, String recipient) {
        this(port, connections, octets, number -> recipient);
    }

    /**
     * Returns when the server has accepted them all.
     *
     * @throws IOException where a command is refused or the connection breaks
     */
    public void send(int mails) throws IOException, InterruptedException {
        byte[] content = SmtpConnection.content(octets, recipient.apply(0));
        AtomicInteger left = new AtomicInteger(mails);
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                senders.add(threads.submit(() -> {
                    converse(left, content);
                    return null;
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("injecting into port " + port + " failed: " + e.getCause().getMessage(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void converse(AtomicInteger left, byte[] content) throws IOException {
        try (SmtpConnection connection = new SmtpConnection(port)) {
            for (int number = left.decrementAndGet(); number >= 0; number = left.decrementAndGet()) {
                connection.send(SmtpConnection.envelope(recipient.apply(number)), content);
            }
            connection.quit();
        }
    }
}
