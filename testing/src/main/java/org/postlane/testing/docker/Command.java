// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of the host: standard input is empty, both outputs are kept together. Safe to share. */
public final class Command {
    /**
     * How a program ended.
     *
     * @param status its exit status; {@link #NOT_RUN} where it could not be started or did not end in time
     * @param output standard output and standard error, without the last line end
     */
    public record Result(int status, String output) {
        /** Whether it ended with status 0. */
        public boolean succeeded() {
            return status == 0;
        }
    }

    /** The status of what never ended by itself. */
    public static final int NOT_RUN = -1;

    private final Path directory;
    private final Map<String, String> environment;

    /**
     * Programs that run in {@code directory}.
     *
     * @param environment beside what this process has
     */
    public Command(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = Map.copyOf(environment);
    }

    /** Runs {@code line} and returns how it ended, whatever that was. */
    public Result run(Duration limit, List<String> line) {
        try {
            // A file, not a pipe: a child that outlives the program cannot keep the reader waiting.
            Path output = Files.createTempFile("command", ".out");
            try {
                return run(limit, line, output);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code line} and returns its output; any other end than status 0 fails the test with the output. */
    public String require(Duration limit, List<String> line) {
        Result result = run(limit, line);
        if (!result.succeeded()) {
            throw new AssertionError(String.join(" ", line) + " ended with " + result.status() + ":\n" + result.output());
        }
        return result.output();
    }

    private Result run(Duration limit, List<String> line, Path output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Result(NOT_RUN, e.getMessage());
        }
        process.getOutputStream().close();
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Result(NOT_RUN, "no end after " + limit.toSeconds() + " s:\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return new Result(NOT_RUN, "interrupted");
        }
        return new Result(process.exitValue(), Files.readString(output).stripTrailing());
    }
}
