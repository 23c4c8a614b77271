// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What the management interface of RabbitMQ says. Its figures are up to 5 s old. */
final class Broker {
    /** The management interface answers an offer of HTTP/2 in a way that Java's client does not always understand. */
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "JamesMailQueue-workqueue-";
    private static final String CREDENTIALS =
        Base64.getEncoder().encodeToString(("postlane:" + Cluster.PASSWORD).getBytes(US_ASCII));

    private final String address;

    /** One that is not published, but has an address that this machine reaches. */
    Broker(String address) {
        this.address = address;
    }

    private JsonNode ask(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + ":15672" + path))
            .header("Authorization", "Basic " + CREDENTIALS).build();
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(path + " is answered " + response.statusCode() + " " + response.body());
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** How many mails each consumer of a queue of James may have without an answer. */
    List<Integer> prefetches(String queue) {
        return list(ask("/api/consumers/%2F")).stream()
            .filter(consumer -> consumer.get("queue").get("name").asText().equals(PREFIX + queue))
            .map(consumer -> consumer.get("prefetch_count").asInt()).toList();
    }

    /** How many mails are in each queue of James, those included that a node has in hand. */
    Map<String, Integer> mails() {
        Map<String, Integer> mails = new HashMap<>();
        for (JsonNode queue : list(ask("/api/queues/%2F"))) {
            mails.put(queue.get("name").asText().replace(PREFIX, ""), queue.path("messages").asInt());
        }
        return mails;
    }

    /** Open connections and channels. */
    String connections() {
        return list(ask("/api/connections")).size() + " connections, " + list(ask("/api/channels")).size() + " channels";
    }

    /** Messages published and acknowledged so far. */
    Map<String, Long> traffic() {
        JsonNode statistics = ask("/api/overview").get("message_stats");
        return Map.of("published", statistics.path("publish").asLong(), "confirmed", statistics.path("confirm").asLong(),
            "delivered", statistics.path("deliver").asLong(), "acknowledged", statistics.path("ack").asLong());
    }
}
