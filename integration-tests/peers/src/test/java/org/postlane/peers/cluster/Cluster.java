// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.postlane.testing.docker.Compose;
import org.postlane.testing.docker.ComposedJames;
import org.postlane.testing.feed.Letter;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.FleetMail;
import org.postlane.testing.fleet.HostBehaviour;

/**
 * Compose's profile {@code cluster}, by the commands of {@code docs/cluster.md}, with the users of {@link Letter}; and one host
 * elsewhere, in the process of the test, to which both nodes send everything that is not for these.
 */
final class Cluster implements ExtensionContext.Store.CloseableResource {
    static final String PASSWORD = "correct-horse-battery";
    /** Connections that both nodes together may have to the host. */
    static final int CONNECTIONS = 4;
    /** Until a mail that was put off is tried again. */
    static final Duration DELAY = Duration.ofSeconds(25);
    /** Mails a second to {@link #PACED}, from both nodes together. */
    static final int RATE = 4;
    static final String PACED = "paced.test";

    private final Path conf;
    private final ComposedJames james;
    private final Fleet fleet = Fleet.everywhere();
    private final Set<String> putOff = ConcurrentHashMap.newKeySet();
    private final Node first;
    private final Node second;
    private FleetHost host;
    private volatile Consumer<FleetMail> listener = mail -> { };

    /** Starts all of it, which takes a minute or two. */
    Cluster() {
        try {
            conf = Files.createTempDirectory("cluster-conf");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        james = new ComposedJames(Path.of(System.getProperty("postlane.root")), conf, settings());
        first = new Node(james.compose(), ComposedJames.SERVICE);
        second = new Node(james.compose(), "postlane-2");
        try {
            start();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("COMPOSE_PROFILES", "cluster");
        settings.put("POSTLANE_STORE", "cluster");
        settings.put("POSTLANE_CLUSTER_PASSWORD", PASSWORD);
        // Each alone would keep the whole limit: what holds, then, is kept through Redis.
        settings.put("POSTLANE_NODES", "1");
        settings.put("POSTLANE_JAVA_OPTIONS", "-Dpostlane.domain=home.test -Dpostlane.submission.requireTls=false"
            + " -Dpostlane.pop3.requireTls=false");
        return settings;
    }

    private void start() {
        Compose compose = james.compose();
        james.type("docs/cluster.md", "cluster-build");
        // The network is there before its gateway is written into the configuration: there the host of the test is.
        compose.run(ComposedJames.BUILD_LIMIT, "up", "--no-start", ComposedJames.SERVICE);
        String gateway = compose.docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}",
            james.project() + "_default");
        host = fleet.host(gateway);
        fleet.onMail(mail -> listener.accept(mail));
        james.edit("mailetcontainer.xml", "<outgoing>outgoing</outgoing>", "<outgoing>outgoing</outgoing>"
            + "<gateway>" + gateway + ":" + fleet.port() + "</gateway><rates>" + PACED + "=" + RATE + "/s</rates>"
            + "<delayTime>" + DELAY.toSeconds() + " s</delayTime><maxRetries>1000</maxRetries>");
        james.edit("mailetcontainer.xml", "<maxConnectionsPerHost>8<", "<maxConnectionsPerHost>" + CONNECTIONS + "<");
        james.type("docs/cluster.md", "cluster-up");
        james.awaitHealth();
        nodes().forEach(Part::locate);
        second.awaitHealth();
        Set.of(Letter.SENDER, Letter.BOB, Letter.CAROL).forEach(user -> james.user(user, PASSWORD));
        james.put("/address/aliases/" + Letter.CAROL + "/sources/" + Letter.ALIAS, "");
    }

    /** A user who may log in, made on the first node. */
    void user(String address) {
        james.user(address, PASSWORD);
    }

    Node first() {
        return first;
    }

    Node second() {
        return second;
    }

    List<Node> nodes() {
        return List.of(first, second);
    }

    /** Something else of the cluster. */
    Part part(String service) {
        Part part = new Part(james.compose(), service);
        part.locate();
        return part;
    }

    /** The host elsewhere. */
    FleetHost host() {
        return host;
    }

    /** Refuses some, puts some off once, and is slow enough to have mail on its way at any moment; see {@link Letter#number}. */
    HostBehaviour usual() {
        return HostBehaviour.healthy().slow(Duration.ofMillis(10)).rcpt(this::answer);
    }

    /** The same, and puts these off until they are let go. */
    HostBehaviour usual(HeldMails held) {
        return HostBehaviour.healthy().slow(Duration.ofMillis(10))
            .rcpt(recipient -> HeldMails.isFor(recipient) ? held.answer(recipient) : answer(recipient));
    }

    private String answer(String recipient) {
        if (recipient.startsWith("no")) {
            return "550 5.1.1 no such user";
        }
        return recipient.startsWith("later") && putOff.add(recipient) ? "451 4.2.0 later" : "250 2.1.5 ok";
    }

    /** Gives each mail that the host takes to this; the one of before hears no more. */
    void onMail(Consumer<FleetMail> consumer) {
        listener = consumer;
    }

    /** Connections to the host that are open now. */
    int connections() {
        return fleet.open();
    }

    /** The broker, as its management interface tells of it. */
    Broker broker() {
        return new Broker(part("rabbitmq").address());
    }

    /** The last lines of both nodes. */
    String logs() {
        return first.log(60) + "\n---- " + second + "\n" + second.log(60);
    }

    @Override
    public void close() {
        try {
            saveLogs();
            james.close();
        } finally {
            fleet.close();
            removeConf();
        }
    }

    private void removeConf() {
        try (Stream<Path> files = Files.list(conf)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(conf);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** They stay, beside the reports. */
    private void saveLogs() {
        for (String service : List.of(ComposedJames.SERVICE, "postlane-2", "rabbitmq", "cassandra", "postgresql")) {
            try {
                Files.writeString(Path.of("target", "cluster-" + service + ".log"), logOf(service));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String logOf(String service) {
        try {
            return new Part(james.compose(), service).log(20_000);
        } catch (AssertionError e) {
            // It was never made.
            return e.toString();
        }
    }
}
