// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

import org.apache.james.backends.rabbitmq.RabbitMQConfiguration;

/** A RabbitMQ broker with its management interface, from Debian's packages, in a container of its own. */
public final class RabbitBroker implements AutoCloseable {
    private static final int AMQP = 5672;
    private static final int MANAGEMENT = 15672;
    private static final String USER = "guest";
    private static final String PASSWORD = "guest";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final Peer container;

    private RabbitBroker(Peer container) {
        this.container = container;
    }

    /** Starts one that takes connections, and answers over HTTP, as James needs it. */
    public static RabbitBroker start(Path directory) {
        RabbitBroker broker = new RabbitBroker(
            Peer.start("rabbitmq", PeerTls.in(directory), List.of(), List.of(AMQP, MANAGEMENT)));
        await("the broker").atMost(START_LIMIT).pollInterval(Duration.ofMillis(500)).until(broker::answers);
        return broker;
    }

    private boolean answers() throws InterruptedException {
        String credentials = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(US_ASCII));
        try {
            HttpRequest request = HttpRequest.newBuilder(management().resolve("/api/healthchecks/node"))
                .header("Authorization", "Basic " + credentials).build();
            return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
                .send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private URI management() {
        return URI.create("http://127.0.0.1:" + container.address(MANAGEMENT).getPort());
    }

    /** What James is told about it. */
    public RabbitMQConfiguration configuration() {
        return RabbitMQConfiguration.builder()
            .amqpUri(URI.create("amqp://" + USER + ":" + PASSWORD + "@127.0.0.1:" + container.address(AMQP).getPort()))
            .managementUri(management())
            .managementCredentials(new RabbitMQConfiguration.ManagementCredentials(USER, PASSWORD.toCharArray()))
            .networkRecoveryIntervalInMs(500)
            .build();
    }

    /** How long something may be held over a channel that is opened from now on; the broker looks each second. */
    public void takeBackAfter(Duration limit) {
        container.execute("rabbitmqctl eval 'application:set_env(rabbit, consumer_timeout, " + limit.toMillis()
            + "), application:set_env(rabbit, channel_tick_interval, 1000).'");
    }

    /** Ends all connections, as a broker does that is stopped. */
    public void closeConnections() {
        container.execute("rabbitmqctl --quiet close_all_connections 'by the test'");
    }

    /** Its connections now. */
    public int connections() {
        return (int) container.execute("rabbitmqctl --quiet list_connections --no-table-headers pid").lines()
            .filter(line -> !line.isBlank()).count();
    }

    @Override
    public void close() {
        container.close();
    }
}
