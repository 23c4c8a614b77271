// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.sun.management.UnixOperatingSystemMXBean;
import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.frame.UsageError;
import org.postlane.benchmarks.sink.Sink;
import org.postlane.benchmarks.sink.SinkSettings;
import org.postlane.outbound.attempt.IdleConnections;
import org.postlane.testing.TestTls;

/** What a connection costs that is open and not used. Each round is a process of its own; the sink is in this one. */
final class IdleBenchmark {
    private static final Map<String, String> QUICK = Map.of("hosts", "100", "rounds", "2");
    /** What a JVM has open beside its connections, generously. */
    private static final int OTHER_FILES = 500;
    private static final double KIB = 1024;

    private final Options options;

    private IdleBenchmark(Options options) {
        this.options = options;
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("hosts", "1250");
        defaults.put("per-host", "8");
        defaults.put("rounds", Integer.toString(Comparison.SOUND_ROUNDS));
        defaults.put("out", Defaults.COMMON.get("out"));
        new IdleBenchmark(Options.parse(arguments, defaults, QUICK)).run();
    }

    private void run() throws Exception {
        int wanted = options.number("hosts", 2) * options.number("per-host", 1);
        requireFiles(wanted + OTHER_FILES);
        Publication publication = new Publication("idle-connections", wanted + " open connections that nobody uses", options);
        SinkSettings tls = SinkSettings.data().withTls(TestTls.forHost("sink.test").serverContext());
        try (Sink plain = Sink.everywhere(SinkSettings.data()); Sink encrypted = Sink.everywhere(tls)) {
            Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
            List<Contestant> ways = List.of(Contestant.withoutWarmUp("plain", () -> measure(plain, false)),
                Contestant.withoutWarmUp("STARTTLS", () -> measure(encrypted, true)));
            publication.publish(Map.of(), List.of(new Group("", comparison.measure(ways))));
        }
    }

    /** The client has the same limit: it inherits that of this process. */
    private static void requireFiles(long files) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() < files) {
            throw new UsageError("a process may have " + system.getMaxFileDescriptorCount() + " files open and needs " + files
                + "; ulimit -n " + files + " in the same shell raises the limit, or ask for fewer with --hosts");
        }
    }

    private Map<String, Double> measure(Sink sink, boolean tls) throws IOException, InterruptedException {
        Process client = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
            "-Dlogback.configurationFile=logback-benchmarks.xml", "-cp", System.getProperty("java.class.path"),
            IdleConnections.class.getName(), Integer.toString(sink.port()), options.text("hosts"), options.text("per-host"),
            Boolean.toString(tls)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(IdleConnections.FIGURES)) {
                    return figures(line.substring(IdleConnections.FIGURES.length()).split(" "), sink.mostOpen());
                }
            }
            throw new IOException("the client ended with status " + client.waitFor() + " and without figures");
        } finally {
            client.destroyForcibly().waitFor();
            sink.disconnect();
        }
    }

    private static Map<String, Double> figures(String[] said, long seenBySink) throws IOException {
        if (Long.parseLong(said[0]) != seenBySink) {
            throw new IOException("the client has " + said[0] + " connections open, and the sink " + seenBySink);
        }
        double heap = Long.parseLong(said[1]) / KIB;
        double direct = Long.parseLong(said[2]) / KIB;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("KiB each", heap + direct);
        figures.put("of these heap", heap);
        figures.put("and direct memory", direct);
        figures.put("connections", (double) seenBySink);
        return figures;
    }
}
