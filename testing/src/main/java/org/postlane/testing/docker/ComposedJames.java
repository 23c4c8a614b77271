// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.docker;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What {@code docker-compose.yml} describes, as an administrator gets it: an image made from the assembly, a {@code conf/} that
 * is mounted, ports that the engine chose on 127.0.0.1. A project, an image and volumes of its own, which {@link #close}
 * removes. For one thread.
 */
public final class ComposedJames implements AutoCloseable {
    /** The service that James is. */
    public static final String SERVICE = "postlane";
    /** The packages of the images are downloaded anew on a machine that never built them. */
    public static final Duration BUILD_LIMIT = Duration.ofMinutes(10);

    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final List<String> PORTS = List.of("SMTP", "SUBMISSION", "SUBMISSIONS", "IMAP", "IMAPS", "POP3S");
    /** Published on 127.0.0.1 whatever is said: nobody who asks there has to say who he is, or a password comes in the clear. */
    private static final List<String> LOOPBACK_ONLY = List.of("POP3", "WEBADMIN");
    private static final List<String> FIGURES = List.of("PROMETHEUS", "GRAFANA");
    /** Keeps what the images are made of when those of the tests are removed: the next one is made in seconds. */
    private static final String KEPT_IMAGE = "postlane:test";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Path root;
    private final Path conf;
    private final String project = "postlane-it-" + UUID.randomUUID().toString().substring(0, 8);
    private final Compose compose;

    /**
     * Copies {@code conf/}, and builds and starts nothing yet.
     *
     * @param root the repository, in which the assembly has been made
     * @param conf an empty directory for the copy
     * @param settings of {@code docker-compose.yml}, beside those that keep apart what several tests start
     */
    public ComposedJames(Path root, Path conf, Map<String, String> settings) {
        this.root = root;
        this.conf = conf;
        if (!Files.isDirectory(root.resolve("server/target/postlane-server/lib"))) {
            throw new AssertionError("there is no assembly that the image could be made from; mvn package makes it");
        }
        copyConfiguration();
        Map<String, String> environment = new HashMap<>(Map.of("POSTLANE_IMAGE", image(), "POSTLANE_CONF", conf.toString()));
        // Port 0: the engine takes a free one.
        for (String node : List.of("POSTLANE_", "POSTLANE_2_")) {
            PORTS.forEach(port -> environment.put(node + port + "_PORT", "127.0.0.1:0"));
            LOOPBACK_ONLY.forEach(port -> environment.put(node + port + "_PORT", "0"));
        }
        FIGURES.forEach(port -> environment.put("POSTLANE_" + port + "_PORT", "0"));
        environment.putAll(settings);
        this.compose = new Compose(root, project, environment);
    }

    /** The container's user is no owner of the copy, and a temporary directory is closed to others. */
    private void copyConfiguration() {
        try (Stream<Path> files = Files.list(root.resolve("conf"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, conf.resolve(file.getFileName()));
            }
            Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Puts {@code by} in the place of {@code what}, which must stand once in that file of the copied configuration. */
    public ComposedJames edit(String file, String what, String by) {
        Path path = conf.resolve(file);
        try {
            String text = Files.readString(path);
            if (text.indexOf(what) < 0 || text.indexOf(what) != text.lastIndexOf(what)) {
                throw new AssertionError(path + " does not have this once: " + what);
            }
            Files.writeString(path, text.replace(what, by));
            return this;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Compose, for this project. */
    public Compose compose() {
        return compose;
    }

    /** The name of the project. */
    public String project() {
        return project;
    }

    /** The name of the image of James. */
    public String image() {
        return "postlane:" + project;
    }

    /**
     * Types what a document says, but for Maven's part, which has been done where tests run.
     *
     * @param document its path in the repository
     * @param block see {@link CommandBlock}
     * @param change what is different here
     * @return the output
     */
    public String type(String document, String block, UnaryOperator<String> change) {
        List<String> lines = CommandBlock.of(root.resolve(document), block).stream()
            .filter(line -> !line.startsWith("mvn ")).map(change).toList();
        return compose.script(BUILD_LIMIT, lines);
    }

    /** The same as it stands there. */
    public String type(String document, String block) {
        return type(document, block, UnaryOperator.identity());
    }

    /** Waits until James says that it is well; a container that ended or is ill fails the test, with its log. */
    public void awaitHealth() {
        compose.docker("tag", image(), KEPT_IMAGE);
        await("James in its container").atMost(START_LIMIT).pollInterval(Duration.ofSeconds(1)).until(this::isHealthy);
    }

    private boolean isHealthy() {
        String state = compose.inspect(SERVICE, "{{.State.Status}} {{.State.Health.Status}} {{.RestartCount}}");
        if (!state.startsWith("running") || !state.endsWith(" 0") || state.contains("unhealthy")) {
            throw new AssertionError("the container is " + state + "; its log:\n" + compose.run("logs", "--tail=200"));
        }
        return state.contains(" healthy ");
    }

    /** The port of 127.0.0.1 that stands for one of James. */
    public int port(int port) {
        return compose.published(SERVICE, port);
    }

    /** Asks webadmin to create something. */
    public void put(String path, String body) {
        webadmin(path, request -> request.PUT(HttpRequest.BodyPublishers.ofString(body)), 204);
    }

    /** Creates a user, and the domain. */
    public void user(String address, String password) {
        put("/domains/" + address.substring(address.indexOf('@') + 1), "");
        put("/users/" + address, "{\"password\":\"" + password + "\"}");
    }

    /** What webadmin answers. */
    public String get(String path) {
        return webadmin(path, HttpRequest.Builder::GET, 200);
    }

    private String webadmin(String path, UnaryOperator<HttpRequest.Builder> method, int expected) {
        return http(port(8000), path, method, expected);
    }

    /** Asks whatever listens at a port of 127.0.0.1; another status than the expected one fails the test. */
    public static String http(int port, String path, UnaryOperator<HttpRequest.Builder> method, int expected) {
        HttpRequest request = method.apply(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(30))).build();
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != expected) {
                throw new AssertionError(request + " is answered " + response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new AssertionError(request.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Removes the project with all that it kept, and its image. */
    @Override
    public void close() {
        try {
            compose.run(Duration.ofMinutes(2), "--profile", "observability", "--profile", "cluster", "down",
                "--volumes");
        } finally {
            compose.docker("image", "rm", "--force", image());
        }
    }
}
