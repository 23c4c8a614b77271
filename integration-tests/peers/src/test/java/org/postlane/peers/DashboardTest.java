// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** What Grafana wants of a dashboard, as far as it can be known without one. {@link ObservabilityDockerTest} asks its queries. */
class DashboardTest {
    private static final int COLUMNS = 24;

    private final Dashboard dashboard = Dashboard.read();

    @Test
    void itHasANameThatStaysAndNoNumberOfOneInstallation() {
        JsonNode json = dashboard.json();

        assertThat(json.get("uid").asText()).isEqualTo("postlane");
        assertThat(json.get("title").asText()).isEqualTo("Postlane");
        assertThat(json.get("schemaVersion").asInt()).isGreaterThanOrEqualTo(36);
        assertThat(json.has("id")).isFalse();
        assertThat(json.path("time").get("from").asText()).startsWith("now-");
    }

    @Test
    void panelsHaveNumbersOfTheirOwnAndDoNotOverlap() {
        Set<Integer> ids = new TreeSet<>();
        Set<String> taken = new TreeSet<>();
        List<String> twice = new ArrayList<>();
        for (JsonNode panel : dashboard.panels()) {
            assertThat(ids.add(panel.get("id").asInt())).as("id of %s", panel.get("title")).isTrue();
            JsonNode place = panel.get("gridPos");
            assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(COLUMNS);
            for (int x = place.get("x").asInt(); x < place.get("x").asInt() + place.get("w").asInt(); x++) {
                for (int y = place.get("y").asInt(); y < place.get("y").asInt() + place.get("h").asInt(); y++) {
                    if (!taken.add(x + "," + y)) {
                        twice.add(panel.get("title").asText());
                    }
                }
            }
        }
        assertThat(twice).isEmpty();
    }

    @Test
    void eachPanelKnowsHowToShowWhatItAsksFor() {
        for (JsonNode panel : dashboard.panels()) {
            String title = panel.get("title").asText();
            assertThat(title).isNotBlank();
            if (panel.get("type").asText().equals("row")) {
                continue;
            }
            assertThat(panel.get("type").asText()).as(title).isIn("timeseries", "stat");
            assertThat(panel.get("datasource").get("uid").asText()).as(title).isEqualTo("${datasource}");
            assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText()).as(title).isNotBlank();
            List<JsonNode> targets = Dashboard.list(panel.get("targets"));
            assertThat(targets).as(title).isNotEmpty();
            assertThat(targets.stream().map(target -> target.get("refId").asText())).as(title).doesNotHaveDuplicates();
            assertThat(targets.stream().map(target -> target.get("datasource").get("uid").asText())).as(title)
                .containsOnly("${datasource}");
            if (targets.size() > 1) {
                assertThat(targets.stream().map(target -> target.get("legendFormat").asText())).as(title)
                    .doesNotHaveDuplicates().doesNotContain("");
            }
        }
    }

    /** Those that begin with two underscores are Grafana's own. */
    @Test
    void everyVariableThatIsUsedIsDeclaredAndEveryDeclaredOneUsed() {
        Set<String> declared = dashboard.variables().stream().map(variable -> variable.get("name").asText())
            .collect(Collectors.toCollection(TreeSet::new));
        Set<String> used = Pattern.compile("\\$\\{?([a-zA-Z][a-zA-Z_]*)").matcher(dashboard.json().toString()).results()
            .map(MatchResult::group).map(name -> name.replaceAll("[${]", "")).collect(Collectors.toCollection(TreeSet::new));

        assertThat(used).isEqualTo(declared);
    }
}
