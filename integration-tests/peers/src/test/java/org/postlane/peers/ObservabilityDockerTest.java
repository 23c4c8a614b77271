// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.docker.Compose;
import org.postlane.testing.docker.ComposedJames;
import org.postlane.testing.docker.RequiresDocker;

/**
 * Compose's profile {@code observability}, by the commands of {@code docs/docker.md}: Prometheus collects from a James that has
 * sent mail, and every query of the dashboard finds something. Grafana cannot be pulled everywhere: the image of Prometheus
 * stands in for it, in a container with its mounts, its networks and its limits.
 */
@RequiresDocker(compose = true)
class ObservabilityDockerTest {
    private static final String PROMETHEUS = "prometheus";
    private static final String GRAFANA = "grafana";
    private static final String STAND_IN = "postlane-prometheus:0.1.0";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int DELIVERED = 7;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path conf;
    @TempDir
    private static Path files;
    private static PeeredJames net;
    private static Compose compose;
    private static int port;

    @BeforeAll
    static void startAndSendMail() {
        net = new PeeredJames(conf, files, Map.of("POSTLANE_GRAFANA_IMAGE", STAND_IN));
        compose = net.james().compose();
        net.james().type("docs/docker.md", "observability");
        net.start();
        port = compose.published(PROMETHEUS, 9090);
        net.james().put("/address/aliases/" + PeeredJames.ALICE + "/sources/team@here.test", "");
        for (int i = 1; i < DELIVERED; i++) {
            net.submit(PeeredJames.ALICE, "bob@" + Peer.DOMAIN, "delivered " + i);
        }
        net.receive("dave@" + PeeredJames.BOX, "delivered over LMTP");
        net.receive("team@here.test", "through the alias");
        net.submit(PeeredJames.ALICE, "nobody@" + Peer.DOMAIN, "refused");
        net.submit(PeeredJames.ALICE, "eve@" + PeeredJames.DEAD, "deferred");
    }

    @AfterAll
    static void stop() {
        if (net != null) {
            net.close();
        }
    }

    private static JsonNode ask(String path) {
        try {
            return JSON.readTree(ComposedJames.http(port, path, HttpRequest.Builder::GET, 200)).get("data");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<JsonNode> query(String expression) {
        return Dashboard.list(ask("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)).get("result"));
    }

    /** The one figure that an expression has now; NaN without any. */
    private static double figure(String expression) {
        List<JsonNode> result = query(expression);
        return result.size() == 1 ? value(result.get(0)) : Double.NaN;
    }

    private static double value(JsonNode sample) {
        return sample.get("value").get(1).asDouble(Double.NaN);
    }

    @Test
    void prometheusHasTheFiguresOfWhatWasSent() {
        await().atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            assertThat(figure("up{job=\"postlane\"}")).isEqualTo(1);
            assertThat(figure("postlane_outbound_delivered_total")).isEqualTo(DELIVERED);
            assertThat(figure("postlane_outbound_failed_total")).isEqualTo(1);
            assertThat(figure("postlane_outbound_deferred_total")).isEqualTo(1);
            assertThat(figure("postlane_queue_outgoing_depth")).isEqualTo(1);
            assertThat(figure("postlane_health_critical")).isZero();
            // The report about the refused mail, and the mail to the alias.
            assertThat(figure("localDeliveredMails_total")).isEqualTo(2);
            assertThat(figure("postlane:queue_depth{queue=\"outgoing\"}")).isEqualTo(1);
            assertThat(figure("postlane:lane_depth{lane=\"lane_local\"}")).isZero();
        });
    }

    @Test
    void everyLineOfEveryPanelHasFigures() {
        List<Dashboard.Query> queries = Dashboard.read().queries();
        assertThat(queries).hasSizeGreaterThan(50);

        await().atMost(LIMIT).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            List<String> without = new ArrayList<>();
            for (Dashboard.Query query : queries) {
                List<JsonNode> result = query(query.expression());
                if (result.isEmpty() || !result.stream().allMatch(one -> Double.isFinite(value(one)))) {
                    without.add(query + ": " + result);
                }
            }
            assertThat(without).isEmpty();
        });
    }

    @Test
    void theRulesAreLoadedAndFireWhenTheyShould() {
        String container = compose.inspect(PROMETHEUS, "{{.Id}}");
        compose.docker("cp", Path.of("src/test/prometheus/alerts-test.yml").toAbsolutePath().toString(), container + ":/tmp/");

        assertThat(promtool("check", "config", "/etc/prometheus/prometheus.yml")).contains("SUCCESS");
        assertThat(promtool("test", "rules", "/tmp/alerts-test.yml")).contains("SUCCESS");
        List<JsonNode> groups = Dashboard.list(ask("/api/v1/rules").get("groups"));
        assertThat(groups).extracting(group -> group.get("name").asText())
            .containsExactlyInAnyOrder("postlane-names", "postlane");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(Dashboard.list(ask("/api/v1/rules").get("groups")))
            .flatExtracting(group -> Dashboard.list(group.get("rules"))).extracting(rule -> rule.get("health").asText())
            .containsOnly("ok"));
    }

    /** Each alert is in the test of the rules, and in the document that tells what to do. */
    @Test
    void everyAlertIsTestedAndExplained() throws IOException {
        String tests = Files.readString(Path.of("src/test/prometheus/alerts-test.yml"));
        String document = Files.readString(Path.of(System.getProperty("postlane.root"), "docs", "docker.md"));
        List<String> alerts = Dashboard.list(ask("/api/v1/rules").get("groups")).stream()
            .flatMap(group -> Dashboard.list(group.get("rules")).stream())
            .filter(rule -> rule.get("type").asText().equals("alerting")).map(rule -> rule.get("name").asText()).toList();

        assertThat(alerts).isNotEmpty().allSatisfy(alert -> {
            assertThat(tests).contains("alertname: " + alert + "\n");
            assertThat(document).contains("`" + alert + "`");
        });
    }

    private static String promtool(String... arguments) {
        List<String> line = new ArrayList<>(List.of("exec", "-T", PROMETHEUS, "promtool"));
        line.addAll(List.of(arguments));
        return compose.run(line.toArray(String[]::new));
    }

    @Test
    void neitherIsReachedFromOutsideNorRunsAsRootAndOnlyPrometheusReachesJames() {
        for (String service : List.of(PROMETHEUS, GRAFANA)) {
            String inside = service.equals(PROMETHEUS) ? "9090/tcp" : "3000/tcp";
            String published = "{{range (index .NetworkSettings.Ports \"" + inside + "\")}}{{.HostIp}}{{end}}";
            assertThat(compose.inspect(service, published)).as("where %s is published", service).isEqualTo("127.0.0.1");
            assertThat(compose.inspect(service, "{{.HostConfig.Memory}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"))
                .isEqualTo("536870912 [ALL] [no-new-privileges:true]");
        }
        assertThat(compose.inspect(PROMETHEUS, "{{.Config.User}}")).isEqualTo("10026:10026");
        String networks = "{{range $name, $unused := .NetworkSettings.Networks}}{{$name}} {{end}}";
        String own = net.james().project() + "_default";
        assertThat(compose.inspect(GRAFANA, networks)).doesNotContain(own);
        assertThat(compose.inspect(PROMETHEUS, networks)).contains(own);
    }

    /** Read by an ordinary user, as Grafana is one. */
    @Test
    void grafanaIsGivenTheDataSourceAndTheDashboard() throws IOException {
        for (String file : List.of("datasources/prometheus.yml", "dashboards/postlane.yml", "dashboards/postlane.json")) {
            assertThat(compose.run("exec", "-T", GRAFANA, "cat", "/etc/grafana/provisioning/" + file))
                .isEqualTo(Files.readString(Dashboard.GRAFANA.resolve(file)).stripTrailing());
        }
        // The data source is called by the name that the other container has.
        String request = "exec 3<>/dev/tcp/prometheus/9090 && printf 'GET /-/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3";
        assertThat(compose.run("exec", "-T", GRAFANA, "bash", "-c", request)).contains("200");
    }
}
