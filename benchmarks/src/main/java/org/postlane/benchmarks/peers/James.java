// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.postlane.benchmarks.james.JamesProcess;

/** A James that relays, with everything in memory or on the durable store. */
public final class James implements MailServer {
    /** The options of its JVM: those of a server that means it, and the same for all. */
    public static final List<String> JVM_OPTIONS = List.of("-Xms2g", "-Xmx2g");
    private static final List<String> OWN_FILES = List.of("mailetcontainer.xml", "smtpserver.xml", "imapserver.xml",
        "pop3server.xml", "webadmin.properties", "logback.xml");
    private static final double NANOS = 1e9;

    private final String name;
    private final Delivery delivery;
    private final int port;
    private final JamesJvm jvm;
    /** Null while nothing is recorded. */
    private Path recording;

    private James(String name, Delivery delivery, String store, Relay relay) throws IOException {
        this.name = name;
        this.delivery = delivery;
        port = Command.freePort();
        ServerDirectory directory = ServerDirectory.make(relay, "james");
        JamesJvm.configure(directory, delivery.needsBundle(),
            OWN_FILES.stream().collect(Collectors.toMap(Function.identity(), file -> "james/" + file)),
            Map.of("PORT", Integer.toString(port), "DELIVERY", delivery.element(relay)));
        String[] arguments = relay.byMx() ? new String[] {store, Integer.toString(relay.port())} : new String[] {store};
        jvm = JamesJvm.start(name, directory, JamesProcess.class, arguments);
    }

    /** Starts it; it takes mail when this returns. */
    public static James start(String name, Delivery delivery, Relay relay) throws IOException {
        return new James(name, delivery, JamesProcess.MEMORY, relay);
    }

    /** The same, which keeps what it takes on the disk; it cannot be told to hold it. */
    public static James startDurable(String name, Delivery delivery, Relay relay) throws IOException {
        return new James(name, delivery, JamesProcess.DURABLE, relay);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void hold() throws IOException {
        String unusedAnswer = jvm.ask("hold");
    }

    @Override
    public void release() throws IOException {
        String unusedAnswer = jvm.ask("release");
    }

    @Override
    public long kept() throws IOException {
        return jvm.number("kept");
    }

    @Override
    public long waiting() throws IOException {
        return jvm.number("outgoing");
    }

    /** How many mails are on their way to the outgoing queue. */
    public long spooled() throws IOException {
        return jvm.number("spooled");
    }

    /**
     * Spools one mail, straight for the mailet at the end of the way.
     *
     * @param firstDomain the recipients are in this one of {@link org.postlane.benchmarks.james.LoopbackNames} and those that
     *     follow it, in turn
     * @return {@link System#nanoTime}, which processes share, before the spool was given it
     */
    public long submit(int recipients, int firstDomain, int domains, int octets) throws IOException {
        return jvm.number("submit " + recipients + " " + firstDomain + " " + domains + " " + octets);
    }

    /** {@link System#nanoTime} when a mail came into the outgoing queue last. */
    public long lastCameAtNanos() throws IOException {
        return jvm.number("came");
    }

    /** Drops what waits in the outgoing queue. */
    public void empty() throws IOException {
        String unusedAnswer = jvm.ask("empty");
    }

    /** Looks from now on how much of the heap is in use, until {@link #heapGrowth}; nothing is fast meanwhile. */
    public void watchHeap() throws IOException {
        String unusedAnswer = jvm.ask("watch-heap");
    }

    /** The most octets that a full collection left since then, above what it left then. */
    public long heapGrowth() throws IOException {
        return jvm.number("heap-growth");
    }

    /** What is at the end of its way. */
    public Delivery delivery() {
        return delivery;
    }

    /** How many mails {@link Delivery#DISCARDING} has seen since the start. */
    public long discarded() throws IOException {
        return jvm.number("discarded");
    }

    /** Waits until it has seen so many since the start. */
    public void awaitDiscarded(long mails) throws IOException {
        String unusedAnswer = jvm.ask("await-discarded " + mails);
    }

    @Override
    public OptionalDouble processorSeconds() throws IOException {
        return OptionalDouble.of(jvm.number("cpu") / NANOS);
    }

    @Override
    public void record(Path file) throws IOException {
        recording = file.toAbsolutePath();
        String unusedAnswer = jvm.ask("record");
    }

    @Override
    public void close() throws IOException {
        try {
            if (recording != null && jvm.isAlive()) {
                String unusedAnswer = jvm.ask("recorded " + recording);
                System.err.println("recorded: " + recording);
            }
        } finally {
            jvm.close();
        }
    }
}
