// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import org.apache.james.backends.rabbitmq.RabbitMQConfiguration;
import org.apache.james.backends.rabbitmq.RabbitMQConnectionFactory;
import org.apache.james.backends.rabbitmq.RabbitMQManagementAPI;
import org.apache.james.backends.rabbitmq.ReactorRabbitMQChannelPool;
import org.apache.james.backends.rabbitmq.SimpleConnectionPool;
import org.apache.james.queue.rabbitmq.view.RabbitMQMailQueueConfiguration;
import org.apache.james.queue.rabbitmq.view.cassandra.configuration.CassandraMailQueueViewConfiguration;
import org.apache.james.util.DurationParser;
import org.postlane.guice.durable.Patience;
import org.postlane.guice.durable.StoreError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code rabbitmq.properties} says, in the keys of James' distributed server. Immutable. */
public final class RabbitMqSettings {
    private static final String FILE = "rabbitmq.properties";
    private static final String URI_KEY = "uri";
    private static final String MANAGEMENT_URI = "management.uri";
    private static final String USER = "management.user";
    private static final String PASSWORD = "management.password";
    private static final String VHOST = "vhost";
    private static final String HOSTS = "hosts";
    private static final String SSL = "ssl.enabled";
    private static final String QUORUM = "quorum.queues.enable";
    private static final String COPIES = "quorum.queues.replication.factor";
    private static final int LEAST_COPIES = 3;
    private static final String WINDOW = "mailqueue.view.sliceWindow";
    private static final Set<String> WHOLE_NUMBERS = Set.of("connection.pool.retries", "connection.pool.min.delay.ms",
        "channel.pool.retries", "channel.pool.max.delay.ms", "channel.pool.size", COPIES,
        "mailqueue.view.bucketCount", "mailqueue.view.updateBrowseStartPace");
    private static final Set<String> SWITCHES = Set.of(SSL, "ssl.management.enabled", QUORUM,
        "mailqueue.size.metricsEnabled");
    private static final Set<String> TEXTS = Set.of(URI_KEY, MANAGEMENT_URI, USER, PASSWORD, VHOST, HOSTS, "ssl.truststore",
        "ssl.truststore.password", "ssl.validation.strategy", "ssl.hostname.verifier", "ssl.keystore", "ssl.keystore.password",
        WINDOW);
    private static final String VIEW = "cassandra.view.enabled";
    private static final String CONFIRMS = "mailqueue.publish.confirm.enabled";
    /** For the event bus and the tasks of James' distributed server, which each node has for itself here. */
    private static final Set<String> IDLE = Set.of("task.consumption.enabled", "notification.queue.ttl",
        "event.bus.notification.durability.enabled", "event.bus.publish.confirm.enabled", "task.queue.consumer.timeout");
    private static final String USER_EXPECTED = "expected the user that James logs in to RabbitMQ with, by AMQP and by HTTP; "
        + "a user in " + URI_KEY + " has no effect";
    private static final int CONNECT_MILLIS = 10_000;
    /** Between two tries to open a lost connection again: nothing is sent or read until then. */
    private static final int RECOVERY_MILLIS = 1_000;
    private static final SimpleConnectionPool.Configuration ONCE = SimpleConnectionPool.Configuration.builder()
        .retries(0).initialDelay(Duration.ofMillis(1));
    private static final Logger LOGGER = LoggerFactory.getLogger(RabbitMqSettings.class);

    private final SettingsFile file;
    private final RabbitMQConfiguration broker;
    private final SimpleConnectionPool.Configuration connections;
    private final ReactorRabbitMQChannelPool.Configuration channels;
    private final RabbitMQMailQueueConfiguration queues;
    private final CassandraMailQueueViewConfiguration view;

    private RabbitMqSettings(SettingsFile file) {
        this.file = file;
        requireUri(URI_KEY, Set.of("amqp", "amqps"),
            "expected amqp://HOST:5672 or amqps://HOST:5671, with /VHOST behind it or not");
        requireUri(MANAGEMENT_URI, Set.of("http", "https"), "expected http://HOST:15672, the management interface of RabbitMQ");
        file.require(USER, USER_EXPECTED);
        file.require(PASSWORD, "expected the password of " + USER);
        WHOLE_NUMBERS.forEach(key -> file.requireWhole(key, 1));
        SWITCHES.forEach(file::requireBoolean);
        file.text(WINDOW).ifPresent(this::requireWindow);
        file.requireUnchanged(VIEW, "true", "webadmin lists, counts and removes queued mail by it");
        file.requireUnchanged(CONFIRMS, "true", "mail would be answered 250 before RabbitMQ has it");
        requireOneVirtualHost();
        requireCertificatesToBeChecked();
        requireCopiesOnSeveralBrokers();
        IDLE.stream().filter(key -> file.text(key).isPresent())
            .forEach(key -> LOGGER.warn("{}: {} has no effect here; tasks and events are each node's own", FILE, key));
        try {
            broker = RabbitMQConfiguration.from(file.values());
            connections = SimpleConnectionPool.Configuration.from(file.values());
            channels = ReactorRabbitMQChannelPool.Configuration.from(file.values());
            queues = RabbitMQMailQueueConfiguration.from(file.values());
            view = CassandraMailQueueViewConfiguration.from(file.values());
        } catch (RuntimeException e) {
            // Keystores and the window of the view, which James reads itself.
            throw new ClusterError(FILE + ": " + StoreError.reason(e), e);
        }
    }

    /**
     * Reads the file.
     *
     * @throws ClusterError with file, key, value and what was expected
     */
    public static RabbitMqSettings read(Path conf) {
        Set<String> known = new HashSet<>(TEXTS);
        known.addAll(WHOLE_NUMBERS);
        known.addAll(SWITCHES);
        known.addAll(IDLE);
        known.add(VIEW);
        known.add(CONFIRMS);
        return new RabbitMqSettings(SettingsFile.read(conf.resolve(FILE), known));
    }

    private void requireUri(String key, Set<String> schemes, String expected) {
        String value = file.require(key, expected);
        try {
            URI uri = URI.create(value);
            if (uri.getScheme() == null || !schemes.contains(uri.getScheme()) || uri.getHost() == null) {
                throw file.error(key, masked(value), expected);
            }
        } catch (IllegalArgumentException e) {
            throw file.error(key, masked(value), expected, e);
        }
    }

    /** James would ask the management interface about the one, and send and read in the other. */
    private void requireOneVirtualHost() {
        String path = URI.create(file.require(URI_KEY, "")).getPath();
        String inUri = path == null || path.length() <= 1 ? "/" : path.substring(1);
        file.requireUnchanged(VHOST, inUri, "mail takes the virtual host of " + URI_KEY);
    }

    /** Without {@code ssl.enabled} the client takes any certificate. */
    private void requireCertificatesToBeChecked() {
        if (file.require(URI_KEY, "").startsWith("amqps:") && file.text(SSL).filter("true"::equals).isEmpty()) {
            throw file.error(SSL, file.text(SSL).orElse("false"), "expected true with amqps: otherwise any certificate is taken");
        }
    }

    /** A queue that only one of them has is gone with it: mail is then confirmed, and lies nowhere. */
    private void requireCopiesOnSeveralBrokers() {
        boolean copied = file.text(QUORUM).filter("true"::equals).isPresent()
            && file.text(COPIES).map(Integer::parseInt).orElse(1) >= LEAST_COPIES;
        if (file.list(HOSTS).size() > 1 && !copied) {
            throw file.error(HOSTS, String.join(",", file.list(HOSTS)), "expected " + QUORUM + "=true and " + COPIES
                + "=3 or more with several of them, or one");
        }
    }

    private void requireWindow(String value) {
        String expected = "expected a time with its unit, at least a minute, such as 1h";
        try {
            if (DurationParser.parse(value).compareTo(Duration.ofMinutes(1)) < 0) {
                throw file.error(WINDOW, value, expected);
            }
        } catch (NumberFormatException e) {
            throw file.error(WINDOW, value, expected, e);
        }
    }

    /** For people: a password that stands in it does not show. */
    private static String masked(String uri) {
        return uri.replaceAll("://([^/@:]*):[^/@]*@", "://$1:***@");
    }

    /**
     * Logs in by AMQP and asks the management interface, and waits for both.
     *
     * @throws ClusterError with the key and value at fault
     */
    public void awaitBroker(Patience patience) {
        patience.await("RabbitMQ", this::logIn, error -> Patience.isBehind(error, RabbitMqSettings::isRefusal), error ->
            atUri(URI_KEY, error, "expected a RabbitMQ that answers there, lets the user of " + USER + "=" + user() + " and "
                + PASSWORD + " in, and has the virtual host " + broker.getVhost().orElse("/")));
        patience.await("RabbitMQ's management interface", () -> RabbitMQManagementAPI.from(broker).listQueues(),
            error -> error.getMessage() != null && error.getMessage().contains("status: 4"), error ->
            atUri(MANAGEMENT_URI, error, "expected the management interface of RabbitMQ (rabbitmq_management) to answer there, "
                + "and the user of " + USER + "=" + user() + " to have the tag management, monitoring or administrator"));
    }

    private Void logIn() {
        try (SimpleConnectionPool pool = new SimpleConnectionPool(new RabbitMQConnectionFactory(brokerTriedOnce()), ONCE)) {
            pool.getResilientConnection().block();
            return null;
        }
    }

    /**
     * The broker, for who tries again himself. While James tries, which takes minutes, it blocks one of Reactor's threads and
     * waits for another one of them; where all are taken it waits for itself, and nothing is sent until James is started again.
     */
    RabbitMQConfiguration brokerTriedOnce() {
        return RabbitMQConfiguration.builder()
            .amqpUri(broker.getUri())
            .managementUri(broker.getManagementUri())
            .managementCredentials(broker.getManagementCredentials())
            .useSsl(broker.useSsl())
            .useSslManagement(broker.useSslManagement())
            .sslConfiguration(broker.getSslConfiguration())
            .hosts(broker.rabbitMQHosts())
            .maxRetries(0)
            .connectionTimeoutInMs(CONNECT_MILLIS)
            .networkRecoveryIntervalInMs(RECOVERY_MILLIS)
            .build();
    }

    private static boolean isRefusal(Throwable error) {
        // A virtual host that does not exist closes the connection in good order.
        return error instanceof PossibleAuthenticationFailureException
            || (error instanceof ShutdownSignalException && error.getMessage().contains("reply-code=530"));
    }

    private ClusterError atUri(String key, Throwable error, String expected) {
        return file.error(key, masked(file.require(key, expected)), StoreError.reason(error) + "; " + expected, error);
    }

    private String user() {
        return broker.getManagementCredentials().getUser();
    }

    RabbitMQConfiguration broker() {
        return broker;
    }

    SimpleConnectionPool.Configuration connections() {
        return connections;
    }

    ReactorRabbitMQChannelPool.Configuration channels() {
        return channels;
    }

    RabbitMQMailQueueConfiguration queues() {
        return queues;
    }

    CassandraMailQueueViewConfiguration view() {
        return view;
    }
}
