// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.postlane.benchmarks.frame.BarPlot;
import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Machine;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.frame.Report;
import org.postlane.benchmarks.frame.Table;
import org.postlane.benchmarks.peers.James;

/** What comes out of a run: the table on standard output; JSON, and a plot of each figure made from it, in a directory. */
final class Publication {
    private final String benchmark;
    private final String title;
    private final Options options;
    private final String at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    private final Map<String, String> machine = Machine.describe();

    /** To be made before anything is measured: it looks at how busy the machine is. */
    Publication(String benchmark, String title, Options options) {
        this.benchmark = benchmark;
        this.title = title;
        this.options = options;
    }

    /** A file of this report, in a directory that there is then; its name ends so. */
    Path beside(String ending) throws IOException {
        Path file = Path.of(options.text("out"), benchmark + "-" + at.replace(":", "") + ending);
        Files.createDirectories(file.toAbsolutePath().getParent());
        return file;
    }

    void publish(Map<String, String> peers, List<Group> groups) throws IOException {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("Postlane", System.getProperty("postlane.commit", "unknown"));
        versions.put("Apache James", "3.8.1");
        versions.putAll(peers);
        Map<String, String> configuration = options.values();
        configuration.put("James' JVM", String.join(" ", James.JVM_OPTIONS));
        Report report = new Report(benchmark, title, at, machine, versions, configuration, groups);
        Path json = beside(".json");
        Files.writeString(json, report.json());
        System.out.println(title + "; median (least-most)");
        System.out.print(Table.of(report));
        if (options.number("rounds", 1) < Comparison.SOUND_ROUNDS || options.is("quick")) {
            System.out.println("A trial: fewer than " + Comparison.SOUND_ROUNDS
                + " rounds, or few mails. The figures mean nothing.");
        }
        System.out.println(json);
        plot(json).forEach(System.out::println);
    }

    /** Plots a report that was written before; the files beside it, one for each figure. */
    static List<Path> plot(Path json) throws IOException {
        Report report = Report.read(json);
        String name = json.getFileName().toString().replaceFirst("\\.json$", "");
        List<Path> plots = report.figures().stream()
            .map(figure -> figure.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"))
            .map(figure -> json.resolveSibling(name + "-" + figure + ".svg"))
            .toList();
        for (int i = 0; i < plots.size(); i++) {
            Files.writeString(plots.get(i), BarPlot.of(report, report.figures().get(i)));
        }
        return plots;
    }
}
