// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

import org.postlane.benchmarks.james.JamesProcess;

/** A James memory server in a process of its own, from the assembly that the module {@code server} builds. */
public final class James implements MailServer {
    /** The options of its JVM: those of a server that means it, and the same for all. */
    public static final List<String> JVM_OPTIONS = List.of("-Xms2g", "-Xmx2g");
    private static final List<String> OWN_FILES = List.of("mailetcontainer.xml", "smtpserver.xml", "imapserver.xml",
        "pop3server.xml", "webadmin.properties", "logback.xml");
    private static final double NANOS = 1e9;

    private final String name;
    private final Delivery delivery;
    private final ServerDirectory directory;
    private final int port;
    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;
    /** Null while nothing is recorded. */
    private Path recording;

    private James(String name, Delivery delivery, Relay relay) throws IOException {
        this.name = name;
        this.delivery = delivery;
        directory = ServerDirectory.make(relay, "james");
        port = Command.freePort();
        configure(relay);
        process = start(relay);
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        try {
            answer();
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException(name + " did not start; see " + directory.resolve("james.log") + " and james.err beside it", e);
        }
    }

    /** Starts it; it takes mail when this returns. */
    public static James start(String name, Delivery delivery, Relay relay) throws IOException {
        return new James(name, delivery, relay);
    }

    private static Path assembly() {
        return Path.of(System.getProperty("postlane.assembly")).toAbsolutePath();
    }

    private void configure(Relay relay) throws IOException {
        copy(assembly().resolve("conf"), directory.resolve("conf"));
        Files.createDirectories(directory.resolve("var"));
        Files.createDirectories(directory.resolve("extensions-jars"));
        if (delivery.needsBundle()) {
            copy(assembly().resolve("extensions-jars"), directory.resolve("extensions-jars"));
        } else {
            // What names classes of the bundle.
            Files.delete(directory.resolve("conf/extensions.properties"));
            Files.delete(directory.resolve("conf/healthcheck.properties"));
        }
        Map<String, String> values = Map.of("PORT", Integer.toString(port), "DELIVERY", delivery.element(relay));
        for (String file : OWN_FILES) {
            directory.write("james/" + file, "conf/" + file, values);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private Process start(Relay relay) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(JVM_OPTIONS);
        if (relay.byMx()) {
            command.add("-D" + JamesProcess.MX_PORT + "=" + relay.port());
        }
        command.addAll(List.of(
            "-Dworking.directory=" + directory.root(),
            "-Dlogback.configurationFile=" + directory.resolve("conf/logback.xml"),
            "-cp", System.getProperty("postlane.benchmarks.classes") + ":" + assembly().resolve("lib") + "/*",
            JamesProcess.class.getName()));
        return new ProcessBuilder(command)
            .directory(directory.root().toFile())
            .redirectError(directory.resolve("james.err").toFile())
            .start();
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
        ask("hold");
    }

    @Override
    public void release() throws IOException {
        ask("release");
    }

    @Override
    public long kept() throws IOException {
        return Long.parseLong(ask("kept"));
    }

    @Override
    public long waiting() throws IOException {
        return Long.parseLong(ask("outgoing"));
    }

    /** How many mails are on their way to the outgoing queue. */
    public long spooled() throws IOException {
        return Long.parseLong(ask("spooled"));
    }

    /**
     * Spools one mail, straight for the mailet at the end of the way.
     *
     * @param firstDomain the recipients are in this one of {@link org.postlane.benchmarks.james.LoopbackNames} and those that
     *     follow it, in turn
     * @return {@link System#nanoTime}, which processes share, before the spool was given it
     */
    public long submit(int recipients, int firstDomain, int domains, int octets) throws IOException {
        return Long.parseLong(ask("submit " + recipients + " " + firstDomain + " " + domains + " " + octets));
    }

    /** {@link System#nanoTime} when a mail came into the outgoing queue last. */
    public long lastCameAtNanos() throws IOException {
        return Long.parseLong(ask("came"));
    }

    /** Drops what waits in the outgoing queue. */
    public void empty() throws IOException {
        ask("empty");
    }

    /** Looks from now on how much of the heap is in use, until {@link #heapGrowth}; nothing is fast meanwhile. */
    public void watchHeap() throws IOException {
        ask("watch-heap");
    }

    /** The most octets that a full collection left since then, above what it left then. */
    public long heapGrowth() throws IOException {
        return Long.parseLong(ask("heap-growth"));
    }

    /** What is at the end of its way. */
    public Delivery delivery() {
        return delivery;
    }

    /** How many mails {@link Delivery#DISCARDING} has seen since the start. */
    public long discarded() throws IOException {
        return Long.parseLong(ask("discarded"));
    }

    /** Waits until it has seen so many since the start. */
    public void awaitDiscarded(long mails) throws IOException {
        ask("await-discarded " + mails);
    }

    @Override
    public OptionalDouble processorSeconds() throws IOException {
        return OptionalDouble.of(Long.parseLong(ask("cpu")) / NANOS);
    }

    @Override
    public void record(Path file) throws IOException {
        recording = file.toAbsolutePath();
        ask("record");
    }

    private synchronized String ask(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        return answer();
    }

    private String answer() throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(JamesProcess.ANSWER)) {
                return line.substring(JamesProcess.ANSWER.length());
            }
        }
        throw new IOException(name + " has ended");
    }

    @Override
    public void close() throws IOException {
        try {
            if (recording != null && process.isAlive()) {
                ask("recorded " + recording);
                System.err.println("recorded: " + recording);
            }
        } finally {
            end();
        }
    }

    private void end() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        directory.delete();
    }
}
