// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A class' main in a JVM of its own, to be killed, or to have little memory. */
final class ChildProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private ChildProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(UTF_8);
    }

    static ChildProcess of(Class<?> main, String memory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), memory,
            "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName()));
        command.addAll(List.of(arguments));
        return new ChildProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** The next line that it prints; null at its end. */
    String readLine() throws IOException {
        return output.readLine();
    }

    /** What it prints until its end. */
    List<String> readAll() {
        return output.lines().collect(Collectors.toList());
    }

    /** SIGKILL. */
    void kill() {
        // The method of Process would close its output as well, and lose what it has said.
        boolean unused = process.toHandle().destroyForcibly();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() throws IOException {
        kill();
        output.close();
    }
}
