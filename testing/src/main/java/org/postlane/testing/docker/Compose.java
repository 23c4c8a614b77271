// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.docker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One project of Docker Compose, by whichever of the two programs this machine has. */
public final class Compose {
    private static final Duration QUICK = Duration.ofMinutes(1);
    private static final List<String> PROGRAM = program();

    private final Command command;
    private final String project;

    /**
     * A project.
     *
     * @param directory where {@code docker-compose.yml} lies
     */
    public Compose(Path directory, String project, Map<String, String> environment) {
        this.command = new Command(directory, environment);
        this.project = project;
    }

    /** The command line that runs Compose with {@code arguments}. */
    public static List<String> with(List<String> arguments) {
        return Stream.concat(PROGRAM.stream(), arguments.stream()).toList();
    }

    private static List<String> program() {
        Command command = new Command(Path.of("."), Map.of());
        return command.run(QUICK, List.of("docker", "compose", "version")).succeeded()
            ? List.of("docker", "compose") : List.of("docker-compose");
    }

    /** Runs Compose on this project; any other end than status 0 fails the test. */
    public String run(Duration limit, String... arguments) {
        return command.require(limit, with(Stream.concat(Stream.of("-p", project), Stream.of(arguments)).toList()));
    }

    /** Runs Compose on this project, which takes a minute at most; any other end than status 0 fails the test. */
    public String run(String... arguments) {
        return run(QUICK, arguments);
    }

    /** Runs lines of a shell, in which {@code docker-compose} is this project; any other end than status 0 fails the test. */
    public String script(Duration limit, List<String> lines) {
        String compose = "docker-compose() { command " + String.join(" ", PROGRAM) + " -p " + project + " \"$@\"; }\n";
        return command.require(limit, List.of("bash", "-euo", "pipefail", "-c", compose + String.join("\n", lines)));
    }

    /** Runs the engine's own client; any other end than status 0 fails the test. */
    public String docker(String... arguments) {
        return command.require(QUICK, Stream.concat(Stream.of("docker"), Stream.of(arguments)).toList());
    }

    /** The container of {@code service}, whether it runs or not. */
    public String container(String service) {
        // With --all, for a stopped container is what some tests ask about; 1.29's ps -q lists those anyway and lacks the option.
        String filter = "label=com.docker.compose.";
        return docker("ps", "--all", "--quiet", "--filter", filter + "project=" + project,
            "--filter", filter + "service=" + service);
    }

    /** What {@code docker inspect} tells of the container of {@code service}, whether it runs or not. */
    public String inspect(String service, String format) {
        return docker("inspect", "--format", format, container(service));
    }

    /** The port of 127.0.0.1 at which the engine published {@code port} of {@code service}. */
    public int published(String service, int port) {
        String address = run("port", service, Integer.toString(port));
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
