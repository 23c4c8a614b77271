// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.postlane.benchmarks.james.MailboxProcess;
import org.postlane.benchmarks.james.MailboxStore;

/** A James that delivers into mailboxes, which IMAP shows. */
public final class MailboxJames implements Closeable {
    private static final double NANOS = 1e9;

    private final String name;
    private final int smtpPort;
    private final int imapPort;
    private final JamesJvm jvm;

    private MailboxJames(String name, boolean postlane, MailboxStore store, Path parent, boolean keep)
            throws IOException {
        this.name = name;
        smtpPort = Command.freePort();
        imapPort = Command.freePort();
        ServerDirectory directory = ServerDirectory.make(parent, keep, "james");
        JamesJvm.configure(directory, postlane,
            Map.of("mailetcontainer.xml", postlane ? "mailboxes/lanes.xml" : "mailboxes/stock.xml",
                "imapserver.xml", "mailboxes/imapserver.xml",
                "usersrepository.xml", "mailboxes/usersrepository.xml",
                "smtpserver.xml", "james/smtpserver.xml",
                "pop3server.xml", "james/pop3server.xml",
                "webadmin.properties", "james/webadmin.properties",
                "logback.xml", "james/logback.xml"),
            Map.of("PORT", Integer.toString(smtpPort), "IMAP", Integer.toString(imapPort)));
        jvm = JamesJvm.start(name, directory, MailboxProcess.class, store.name());
    }

    /**
     * Starts it; it takes mail when this returns.
     *
     * @param postlane whether local mail takes our lane, or James' own way
     * @param store what the mailboxes are kept in
     * @param parent where it makes a directory of its own
     * @param keep whether that stays afterwards
     */
    public static MailboxJames start(String name, boolean postlane, MailboxStore store, Path parent, boolean keep)
            throws IOException {
        return new MailboxJames(name, postlane, store, parent, keep);
    }

    /** For tables and plots. */
    public String name() {
        return name;
    }

    public int smtpPort() {
        return smtpPort;
    }

    public int imapPort() {
        return imapPort;
    }

    /** Makes users, each with an inbox, until there are so many. */
    public void populate(int users) throws IOException {
        String unusedAnswer = jvm.ask("populate " + users);
    }

    /** Deletes all mail of the users with these numbers, the last one excluded; none of them may have a mailbox open. */
    public void emptyInboxes(int first, int end) throws IOException {
        String unusedAnswer = jvm.ask("empty " + first + "-" + end);
    }

    /** How many copies are in mailboxes since the start. */
    public long delivered() throws IOException {
        return jvm.number("delivered");
    }

    /**
     * Waits until there are so many; looks each millisecond.
     *
     * @throws IOException where they do not come in time
     */
    public void awaitDelivered(long copies, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (long now = delivered(); now < copies; now = delivered()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(name + " has delivered " + now + " copies, and not " + copies);
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Processor time that it has used until now. */
    public double processorSeconds() throws IOException {
        return jvm.number("cpu") / NANOS;
    }

    @Override
    public void close() throws IOException {
        jvm.close();
    }
}
