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
import java.util.concurrent.locks.LockSupport;

/**
 * Mail at a steady rate, by a schedule that is fixed beforehand: a server that is slow does not get less of it. Where all
 * connections still wait for a reply, a mail is late, and keeps the time at which it was due.
 *
 * @param port on loopback
 * @param connections that are kept, among which mails go round
 * @param octets of each message
 * @param recipients that get one after the other
 */
public record PacedMail(int port, int connections, int octets, List<String> recipients) {
    private static final double NANOS = 1e9;

    /**
     * When a mail was due, and when the reply to its final dot had been read; both by {@link System#nanoTime}.
     */
    public record Sent(long due, long accepted) {
    }

    /**
     * Sends so many mails, evenly spaced; returns when the last one is accepted.
     *
     * @param begin when the first one is due, by {@link System#nanoTime}
     * @param perSecond mails
     * @return in the order in which they were due
     * @throws IOException where anything is refused or a connection breaks
     */
    public List<Sent> send(long begin, int mails, double perSecond) throws IOException, InterruptedException {
        Sent[] sent = new Sent[mails];
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                senders.add(threads.submit(() -> {
                    converse(begin, perSecond, next, sent);
                    return null;
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
            return List.of(sent);
        } catch (ExecutionException e) {
            throw new IOException("sending to port " + port + " failed: " + e.getCause().getMessage(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void converse(long begin, double perSecond, AtomicInteger next, Sent[] sent) throws IOException {
        try (SmtpConnection connection = new SmtpConnection(port)) {
            for (int mail = next.getAndIncrement(); mail < sent.length; mail = next.getAndIncrement()) {
                String recipient = recipients.get(mail % recipients.size());
                byte[] envelope = SmtpConnection.envelope(recipient);
                byte[] content = SmtpConnection.content(octets, recipient);
                long due = begin + Math.round(mail * NANOS / perSecond);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                connection.send(envelope, content);
                sent[mail] = new Sent(due, System.nanoTime());
            }
            connection.quit();
        }
    }
}
