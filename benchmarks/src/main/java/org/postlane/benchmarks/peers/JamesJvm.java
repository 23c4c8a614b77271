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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.postlane.benchmarks.james.Conversation;

/** A James in a JVM of its own, from the assembly that the module {@code server} builds, and the {@link Conversation} with it. */
final class JamesJvm {
    /** The bundle's handler of messages, which its sample configuration has on each listener. */
    private static final String INTAKE = "<handler class=\"org.postlane.smtpserver.verb.MessageLines\"/>";

    private final String name;
    private final ServerDirectory directory;
    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    private JamesJvm(String name, ServerDirectory directory, Process process) {
        this.name = name;
        this.directory = directory;
        this.process = process;
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /**
     * Lays out what a James reads: the configuration of the assembly, and over it files of this package's resources.
     *
     * @param bundle whether it has the bundle
     * @param files the name of each file in {@code conf/}, and its resource
     * @param values for what stands between @ in them; INTAKE is what the bundle has for taking in messages
     */
    static void configure(ServerDirectory directory, boolean bundle, Map<String, String> files, Map<String, String> values)
            throws IOException {
        copy(assembly().resolve("conf"), directory.resolve("conf"));
        Files.createDirectories(directory.resolve("var"));
        Files.createDirectories(directory.resolve("extensions-jars"));
        if (bundle) {
            copy(assembly().resolve("extensions-jars"), directory.resolve("extensions-jars"));
        } else {
            // What names classes of the bundle.
            Files.delete(directory.resolve("conf/extensions.properties"));
            Files.delete(directory.resolve("conf/healthcheck.properties"));
        }
        Map<String, String> all = new HashMap<>(values);
        all.put("INTAKE", bundle ? INTAKE : "");
        for (Map.Entry<String, String> file : files.entrySet()) {
            directory.write(file.getValue(), "conf/" + file.getKey(), all);
        }
    }

    /** Starts it; it takes mail when this returns. */
    static JamesJvm start(String name, ServerDirectory directory, Class<?> main, String... arguments) throws IOException {
        String path = System.getProperty("postlane.benchmarks.classes") + ':' + assembly().resolve("lib") + "/*";
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(James.JVM_OPTIONS);
        command.addAll(List.of(
            "-Dworking.directory=" + directory.root(),
            "-Dlogback.configurationFile=" + directory.resolve("conf/logback.xml"),
            "-cp", path.toString(), main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
            .directory(directory.root().toFile())
            .redirectError(directory.resolve("james.err").toFile())
            .start();
        JamesJvm jvm = new JamesJvm(name, directory, process);
        try {
            jvm.answer();
            return jvm;
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException(name + " did not start; see " + directory.resolve("james.log") + " and james.err beside it", e);
        }
    }

    private static Path assembly() {
        return Path.of(System.getProperty("postlane.assembly")).toAbsolutePath();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    synchronized String ask(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        return answer();
    }

    long number(String command) throws IOException {
        return Long.parseLong(ask(command));
    }

    private String answer() throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(Conversation.ANSWER)) {
                return line.substring(Conversation.ANSWER.length());
            }
        }
        throw new IOException(name + " has ended");
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it, and deletes its directory. */
    void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        directory.delete();
    }
}
