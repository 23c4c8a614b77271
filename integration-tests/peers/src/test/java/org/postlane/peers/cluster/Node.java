// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

import org.postlane.testing.Pop3Dialogue;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.docker.Compose;
import org.postlane.testing.docker.ComposedJames;

/** One James of the cluster. */
final class Node extends Part {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    Node(Compose compose, String service) {
        super(compose, service);
    }

    /** Asked directly: the engine asks every 15 s. */
    @Override
    boolean isHealthy() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(8000) + "/healthcheck"))
            .timeout(PATIENCE).build();
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A user submits a mail, with his password. */
    void submit(String from, String to, String id) {
        try (SmtpDialogue smtp = SmtpDialogue.greeted(new InetSocketAddress("127.0.0.1", port(587)))) {
            smtp.authPlain(from, Cluster.PASSWORD);
            smtp.sendMail(from, List.of(to),
                ("From: " + from + "\r\nMessage-ID: <" + id + ">\r\n\r\nhello\r\n").getBytes(US_ASCII));
        }
    }

    /** A POP3 session of a user who has logged in. */
    Pop3Dialogue pop3(String user) {
        return Pop3Dialogue.connect("127.0.0.1", port(110)).login(user, Cluster.PASSWORD);
    }

    /** What webadmin answers. */
    String get(String path) {
        return ComposedJames.http(port(8000), path, HttpRequest.Builder::GET, 200);
    }

    /** One figure of {@code /metrics}; 0 where it is not there yet. */
    double figure(String name) {
        return get("/metrics").lines().filter(line -> line.startsWith(name + " "))
            .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1))).findFirst().orElse(0);
    }
}
