// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.postlane.testing.docker.Command;

/** A PostgreSQL from Debian's packages in a container, with the user and database of docs/durable.md; it may stop. */
public final class PostgreSql implements Closeable {
    static final String USER = "postlane";
    static final String PASSWORD = "secret";
    private static final String IMAGE = "postlane-it-postgresql:test";
    /** The packages are downloaded on a machine that never built the image. */
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Command DOCKER =
        new Command(Path.of(System.getProperty("postlane.root"), "integration-tests", "src", "test", "docker"), Map.of());

    private final String container = "postlane-it-postgresql-" + UUID.randomUUID().toString().substring(0, 8);
    /** The same when it comes back, as a server's is. */
    private final int port;

    /** Builds the image where there is none yet, and starts it. */
    public PostgreSql() {
        docker(BUILD_LIMIT, "build", "--quiet", "--tag", IMAGE, "postgresql");
        port = freePort();
        docker(LIMIT, "create", "--name", container, "--publish", "127.0.0.1:" + port + ":5432", IMAGE);
        start();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postlane";
    }

    /** A server that is to keep its mail here. */
    public ServerProcess use(ServerProcess server) {
        return server.jvmOption("-Dpostlane.database.url=" + url()).jvmOption("-Dpostlane.database.username=" + USER)
            .jvmOption("-Dpostlane.database.password=" + PASSWORD);
    }

    /** Starts it again; it takes connections when this returns. */
    public void start() {
        docker(LIMIT, "start", container);
        await("PostgreSQL").atMost(LIMIT).pollInterval(Duration.ofMillis(200)).until(this::answers);
    }

    private boolean answers() {
        try (Connection connection = DriverManager.getConnection(url(), USER, PASSWORD)) {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Stops it; open connections are closed, and new ones refused. */
    public void stop() {
        docker(LIMIT, "stop", container);
    }

    private static void docker(Duration limit, String... arguments) {
        DOCKER.require(limit, Stream.concat(Stream.of("docker"), Stream.of(arguments)).toList());
    }

    @Override
    public void close() {
        DOCKER.run(LIMIT, List.of("docker", "rm", "--force", "--volumes", container));
    }
}
