// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

import org.postlane.benchmarks.frame.UsageError;

/**
 * Exim of Debian's package, with a configuration and a spool of its own. It has no queue manager: what waits is delivered by
 * queue runners, of which {@link #release} starts as many as connections are wanted, and each sends over one that it keeps while
 * there is mail.
 */
public final class Exim implements MailServer {
    /** Where {@code benchmarks/install-peers} unpacks it: Debian does not install it beside Postfix. */
    private static final String UNPACKED = "/usr/local/lib/postlane-benchmarks/exim/usr/sbin/exim4";

    private final Path program;
    private final ServerDirectory directory;
    private final int port;
    private final int runners;
    private final Process daemon;
    private final List<Process> running = new ArrayList<>();

    private Exim(Relay relay) throws IOException, InterruptedException {
        program = program().orElseThrow();
        directory = ServerDirectory.make(relay, "exim");
        port = Command.freePort();
        runners = relay.connections();
        directory.write("exim/exim.conf", "exim.conf", Map.of(
            "EXIM", program.toString(),
            "ROOT", directory.root().toString(),
            "SINK", Integer.toString(relay.port()),
            "TLS", relay.tls() ? "hosts_require_tls = *" : "hosts_avoid_tls = *"));
        for (String own : List.of("spool", "log")) {
            Files.createDirectories(directory.resolve(own));
            Command.run("chown", "Debian-exim:Debian-exim", directory.resolve(own).toString());
        }
        daemon = exim("-bdf", "-oX", "127.0.0.1." + port);
        awaitPort();
    }

    /** Starts it; it takes mail when this returns. */
    public static Exim start(Relay relay) throws IOException, InterruptedException {
        return new Exim(relay);
    }

    /** Says what is missing, if something is. */
    public static void require() {
        if (program().isEmpty()) {
            throw new UsageError("Exim is not installed: benchmarks/install-peers unpacks it, or leave it out with --with");
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new UsageError("Exim needs root here; run as root, or leave it out with --with");
        }
    }

    private static Optional<Path> program() {
        return Command.find("exim4").or(() -> Optional.of(Path.of(UNPACKED)).filter(Files::isExecutable));
    }

    /** For the report. */
    public static String version() throws IOException, InterruptedException {
        // It wants some configuration even for this.
        String told = Command.run(program().orElseThrow().toString(), "-C", "/dev/null", "-bV");
        return told.lines().findFirst().orElse("unknown");
    }

    private Process exim(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-C", directory.resolve("exim.conf").toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("exim.out").toFile()))
            .start();
    }

    private void awaitPort() throws IOException, InterruptedException {
        while (!Ports.greets(port)) {
            if (!daemon.isAlive()) {
                throw new IOException("Exim did not start; see " + directory.resolve("exim.out"));
            }
        }
    }

    @Override
    public String name() {
        return "Exim";
    }

    @Override
    public int port() {
        return port;
    }

    /** Its daemon only queues and routes, always. */
    @Override
    public void hold() throws InterruptedException {
        for (Process runner : running) {
            runner.waitFor();
        }
        running.clear();
    }

    @Override
    public void release() throws IOException {
        for (int i = 0; i < runners; i++) {
            running.add(exim("-qff"));
        }
    }

    @Override
    public long waiting() throws IOException {
        // Two files a mail: the envelope and the content.
        return directory.files("spool/input") / 2;
    }

    @Override
    public OptionalDouble processorSeconds() {
        return OptionalDouble.empty();
    }

    @Override
    public void close() throws IOException {
        running.forEach(Process::destroy);
        daemon.destroy();
        try {
            for (Process runner : running) {
                runner.waitFor();
            }
            daemon.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        directory.delete();
    }
}
