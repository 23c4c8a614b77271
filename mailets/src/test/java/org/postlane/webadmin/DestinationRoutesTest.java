// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.outbound.operations.KnownDestinations;
import org.postlane.schedule.DestinationLimits;
import org.postlane.schedule.Rate;
import org.postlane.schedule.Refusal;
import org.postlane.schedule.Scheduler;
import org.postlane.schedule.SchedulerLimits;
import org.postlane.schedule.Task;
import org.postlane.schedule.Turn;
import spark.Service;

/** The routes over HTTP, with a real scheduler behind them. */
class DestinationRoutesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Scheduler<Mail> scheduler = new Scheduler<>(new SchedulerLimits(100, 100),
        name -> name.equals("slow.test") ? new DestinationLimits(5, Rate.parse("50/min")) : DestinationLimits.DEFAULTS,
        Runnable::run, timers, System::nanoTime, () -> 0.5);
    private final List<Refusal> refused = new CopyOnWriteArrayList<>();
    private final List<Turn> turns = new CopyOnWriteArrayList<>();
    private Service service;

    /** Work that keeps its turn. */
    private final class Mail implements Task {
        @Override
        public String line() {
            return "sender@home.test";
        }

        @Override
        public int priority() {
            return 5;
        }

        @Override
        public void start(Turn turn) {
            turns.add(turn);
        }

        @Override
        public void refused(Refusal refusal) {
            refused.add(refusal);
        }
    }

    @BeforeEach
    void listen() {
        service = Service.ignite().ipAddress("127.0.0.1").port(0);
        new DestinationRoutes(KnownDestinations.of("outgoing", scheduler), Clock.fixed(NOW, ZoneOffset.UTC),
            new JsonTransformer()).define(service);
        service.awaitInitialization();
    }

    @AfterEach
    void stop() {
        service.stop();
        service.awaitStop();
        scheduler.close();
        timers.shutdownNow();
    }

    private HttpResponse<String> call(String method, String path) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode json(int status, String method, String path) throws Exception {
        HttpResponse<String> response = call(method, path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return new ObjectMapper().readTree(response.body());
    }

    private void offer(String destination, int mails) {
        for (int i = 0; i < mails; i++) {
            scheduler.offer(destination, new Mail());
        }
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.get("destinations").forEach(one -> names.add(one.get("name").asText()));
        return names;
    }

    @Test
    void theDeepestDestinationsStandFirstAndALimitKeepsTheTotal() throws Exception {
        offer("a.test", 1);
        offer("b.test", 3);
        offer("c.test", 2);
        JsonNode all = json(200, "GET", "/postlane/destinations");
        assertThat(names(all)).containsExactly("b.test", "c.test", "a.test");
        JsonNode one = json(200, "GET", "/postlane/destinations?limit=1");
        assertThat(names(one)).containsExactly("b.test");
        assertThat(one.get("total").asInt()).isEqualTo(3);
    }

    @Test
    void aDestinationShowsItsDepthItsLimitsAndItsLastError() throws Exception {
        offer("slow.test", 3);
        turns.get(0).failed("421 4.3.2 too busy \"now\"");
        JsonNode one = json(200, "GET", "/postlane/destinations/outgoing/slow.test");
        assertThat(one.get("queue").asText()).isEqualTo("outgoing");
        assertThat(one.get("state").asText()).isEqualTo("penalised");
        assertThat(Instant.parse(one.get("until").asText())).isAfter(NOW);
        assertThat(one.get("lastError").asText()).isEqualTo("421 4.3.2 too busy \"now\"");
        assertThat(Instant.parse(one.get("lastErrorAt").asText())).isBetween(NOW.minusSeconds(60), NOW);
        assertThat(one.get("failed").asLong()).isEqualTo(1);
        assertThat(one.get("maxConcurrency").asInt()).isEqualTo(5);
        assertThat(one.get("rate").asText()).isEqualTo(Rate.parse("50/min").toString());
        assertThat(names(json(200, "GET", "/postlane/destinations?state=Penalised"))).containsExactly("slow.test");
        assertThat(names(json(200, "GET", "/postlane/destinations?state=ready"))).isEmpty();
    }

    @Test
    void aSuspendedDestinationStartsNothingUntilItIsResumed() throws Exception {
        JsonNode suspended = json(200, "POST", "/postlane/destinations/outgoing/A.test/suspend?duration=2h");
        assertThat(suspended.get("state").asText()).isEqualTo("suspended");
        assertThat(Duration.between(NOW, Instant.parse(suspended.get("until").asText())))
            .isBetween(Duration.ofMinutes(119), Duration.ofHours(2));
        offer("a.test", 1);
        assertThat(turns).isEmpty();
        assertThat(json(200, "POST", "/postlane/destinations/outgoing/a.test/resume").get("state").asText()).isEqualTo("ready");
        offer("a.test", 1);
        assertThat(turns).hasSize(1);
    }

    @Test
    void aSuspensionWithoutADurationHasNoEnd() throws Exception {
        assertThat(json(200, "POST", "/postlane/destinations/outgoing/a.test/suspend").has("until")).isFalse();
    }

    @Test
    void flushingEndsAPenalty() throws Exception {
        offer("a.test", 1);
        turns.get(0).failed("connection refused");
        offer("a.test", 1);
        assertThat(json(200, "POST", "/postlane/destinations/outgoing/a.test/flush").get("state").asText()).isEqualTo("probing");
    }

    @Test
    void flushingSaysHowDelayedMailIsFetchedAlsoWhereAllMailIsDelayedAndTheDestinationForgotten() throws Exception {
        offer("a.test", 1);
        assertThat(json(200, "POST", "/postlane/destinations/outgoing/a.test/flush").get("delayedMail").asText())
            .isEqualTo("queueFlush");
        JsonNode forgotten = json(200, "POST", "/postlane/destinations/outgoing/Forgotten.test/flush");
        assertThat(forgotten.get("name").asText()).isEqualTo("forgotten.test");
        assertThat(forgotten.get("delayedMail").asText()).isEqualTo("queueFlush");
        assertThat(names(json(200, "GET", "/postlane/destinations"))).containsExactly("a.test");
    }

    @Test
    void bouncingRefusesWhatComesWithTheReason() throws Exception {
        JsonNode bouncing = json(200, "POST",
            "/postlane/destinations/outgoing/gone.test/bounce?duration=1d&reason=5.1.2+The+domain+is+gone");
        assertThat(bouncing.get("state").asText()).isEqualTo("bouncing");
        offer("gone.test", 1);
        await().until(() -> !refused.isEmpty());
        assertThat(refused.get(0).kind()).isEqualTo(Refusal.Kind.BOUNCED);
        assertThat(refused.get(0).reason()).contains("5.1.2 The domain is gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?reason=x", "?duration=1h", "?duration=0s&reason=x", "?duration=31d&reason=x",
        "?duration=-1h&reason=x", "?duration=soon&reason=x", "?duration=99999999999999d&reason=x",
        "?duration=2&reason=x", "?duration=1h&reason=", "?duration=1h&reason=a%0D%0Ab",
        "?duration=1h&reason=%C3%A4"})
    void anOrderToBounceNeedsATimeAndAReasonThatFitIntoAReport(String query) throws Exception {
        JsonNode error = json(400, "POST", "/postlane/destinations/outgoing/a.test/bounce" + query);
        assertThat(error.get("statusCode").asInt()).isEqualTo(400);
        assertThat(error.get("type").asText()).isEqualTo("InvalidArgument");
        assertThat(error.get("message").asText()).contains("expected");
        assertThat(scheduler.destinations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?limit=0", "?limit=-1", "?limit=x", "?limit=10001", "?state=fine", "?state="})
    void aQueryThatMeansNothingIsRefused(String query) throws Exception {
        assertThat(json(400, "GET", "/postlane/destinations" + query).get("type").asText()).isEqualTo("InvalidArgument");
    }

    @ParameterizedTest
    @CsvSource({"GET,/postlane/destinations/outgoing/unknown.test", "GET,/postlane/destinations/other/a.test",
        "POST,/postlane/destinations/other/a.test/suspend", "POST,/postlane/destinations/outgoing/unknown.test/resume",
        "POST,/postlane/destinations/outgoing/gateway%20unknown.test/flush", "GET,/postlane/destinations?queue=other"})
    void whatIsNotKnownIsNotFound(String method, String path) throws Exception {
        assertThat(json(404, method, path).get("type").asText()).isEqualTo("notFound");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "../../etc/passwd", "a.test\r\nX: y", "\u0000", "%s%n", "a b", "${jndi:ldap://x}", "<script>",
        "a..test", "mx:*.*.unknown.test", "\u202e", "%2F", "gateway relay1", "gateway a:25,b:25", "gateway a:25\r\nX: y",
        "gateway a:25, TLS \u0000", "route a b", "mx:"})
    void aHostileNameIsNotFoundAndLeavesNothingBehind(String name) throws Exception {
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        for (String order : List.of("suspend", "bounce?duration=1h&reason=x", "flush", "resume")) {
            assertThat(call("POST", "/postlane/destinations/outgoing/" + encoded + "/" + order).statusCode()).isIn(400, 404);
        }
        assertThat(call("GET", "/postlane/destinations/outgoing/" + encoded).statusCode()).isIn(400, 404);
        assertThat(scheduler.destinations()).isEmpty();
    }

    @Test
    void aVeryLongNameIsNotFound() throws Exception {
        assertThat(call("POST", "/postlane/destinations/outgoing/" + "a".repeat(5_000) + "/suspend").statusCode()).isEqualTo(404);
        assertThat(call("POST", "/postlane/destinations/outgoing/" + "a.".repeat(127) + "test/suspend").statusCode())
            .isEqualTo(404);
        assertThat(scheduler.destinations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway relay1:25", "gateway a.test:25, [2001:db8::1]:2525 as joe@a.test #2, TLS verified",
        "gateway lmtp://127.0.0.1:24", "mx:*.google.com", "route mx1.example.org, mx2.example.org"})
    void aSharedDestinationThatIsNotInTheListIsSuspendedBeforeItsMailComes(String name) throws Exception {
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        assertThat(json(200, "POST", "/postlane/destinations/outgoing/" + encoded + "/suspend").get("state").asText())
            .isEqualTo("suspended");
        offer(name, 1);
        assertThat(turns).isEmpty();
    }

    @Test
    void aGroupOfGatewaysIsFoundByItsEncodedName() throws Exception {
        offer("gateway mx1.test:25, [2001:db8::1]:2525", 1);
        String name = URLEncoder.encode("gateway mx1.test:25, [2001:db8::1]:2525", StandardCharsets.UTF_8).replace("+", "%20");
        assertThat(json(200, "POST", "/postlane/destinations/outgoing/" + name + "/suspend").get("state").asText())
            .isEqualTo("suspended");
    }
}
