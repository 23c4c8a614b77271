// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Everything that one run of a benchmark found out, and where. Its JSON is the record of the run; tables and plots are made from
 * it.
 *
 * @param benchmark the command, {@code relay}
 * @param title for people
 * @param at when it began, ISO 8601 in UTC
 * @param machine see {@link Machine}
 * @param versions of everything that took part
 * @param configuration the options of the command, and what stands in the configurations of the contestants
 */
public record Report(String benchmark, String title, String at, Map<String, String> machine, Map<String, String> versions,
                     Map<String, String> configuration, List<Group> groups) {
    private static final ObjectMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Copies. */
    public Report {
        machine = new LinkedHashMap<>(machine);
        versions = new LinkedHashMap<>(versions);
        configuration = new LinkedHashMap<>(configuration);
        groups = List.copyOf(groups);
    }

    /** All figures of all series, each once, in the order in which they come up. */
    public List<String> figures() {
        return series().flatMap(series -> series.figures().stream()).distinct().toList();
    }

    /** All contestants, each once, in the order in which they come up. */
    public List<String> contestants() {
        return series().map(Series::contestant).distinct().toList();
    }

    private Stream<Series> series() {
        return groups.stream().flatMap(group -> group.series().stream());
    }

    /** As JSON. */
    public String json() {
        try {
            return JSON.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report that is no JSON: " + e.getMessage(), e);
        }
    }

    /** What {@link #json} wrote. */
    public static Report read(Path file) throws IOException {
        return JSON.readValue(Files.readString(file), Report.class);
    }
}
