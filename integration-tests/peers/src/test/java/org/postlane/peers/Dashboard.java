// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The dashboard that Grafana is given. */
final class Dashboard {
    /** Where it lies, and what else Grafana is given. */
    static final Path GRAFANA = Path.of(System.getProperty("postlane.root"), "docker", "grafana");
    static final Path FILE = GRAFANA.resolve("dashboards").resolve("postlane.json");

    /**
     * What one line of a panel asks for.
     *
     * @param panel its title
     * @param expression as Prometheus gets it from Grafana, for all James and rates over a minute
     */
    record Query(String panel, String expression) {
    }

    private final JsonNode json;

    private Dashboard(JsonNode json) {
        this.json = json;
    }

    static Dashboard read() {
        try {
            return new Dashboard(new ObjectMapper().readTree(FILE.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode json() {
        return json;
    }

    List<JsonNode> panels() {
        return list(json.get("panels"));
    }

    List<JsonNode> variables() {
        return list(json.get("templating").get("list"));
    }

    static List<JsonNode> list(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : panels()) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(new Query(panel.get("title").asText(), target.get("expr").asText()
                    .replace("$instance", ".+").replace("$__rate_interval", "1m")));
            }
        }
        return queries;
    }
}
