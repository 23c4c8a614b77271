// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A JVM with a heap of its own, which a test may kill. What it says is kept, and shown when it ends in a way it should not. */
final class ChildJvm implements AutoCloseable {
    private static final int SHOWN = 40;

    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Thread listener;

    private ChildJvm(Process process) {
        this.process = process;
        this.listener = new Thread(this::listen, "child-" + process.pid());
        listener.setDaemon(true);
        listener.start();
    }

    /** Runs a main class with this heap; out of memory is its end. */
    static ChildJvm start(String heap, Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap, "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void listen() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it has said this line; fails when it has ended without. */
    boolean hasSaid(String line) {
        boolean running = process.isAlive();
        if (said.contains(line)) {
            return true;
        }
        if (!running) {
            throw new AssertionError("The child ended with " + process.exitValue() + ": " + last());
        }
        return false;
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** Everything that it has said so far. */
    List<String> lines() {
        return List.copyOf(said);
    }

    String last() {
        List<String> soFar = List.copyOf(said);
        return String.join("\n", soFar.subList(Math.max(0, soFar.size() - SHOWN), soFar.size()));
    }

    /** Tells it to end, by the end of its input. */
    void tellToEnd() throws IOException {
        process.getOutputStream().close();
    }

    /** Its exit code, when it has ended. */
    int end() throws InterruptedException {
        int code = process.waitFor();
        listener.join();
        return code;
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        end();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
