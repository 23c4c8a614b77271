// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node of a cluster cannot work with stops its start, and is named with what was expected. */
class ClusterStartTest {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    /** The line that a start ends with, which must fail. */
    private String failed(ServerProcess server) throws Exception {
        try (server) {
            server.launch();
            assertThat(server.hasEndedWithin(START_LIMIT)).as(server.tail()).isTrue();
            assertThat(server.stop()).as(server.tail()).isEqualTo(1);
            return server.lines().stream().filter(line -> line.startsWith("postlane: ")).findFirst().orElseGet(server::tail);
        }
    }

    private ServerProcess node() throws IOException {
        return new ServerProcess(directory).arguments("--store", "cluster").jvmOption("-Dpostlane.cluster.patience=1");
    }

    private ServerProcess nodeWithADatabase() throws IOException {
        return node().jvmOption("-Dpostlane.database.url=jdbc:postgresql://127.0.0.1:" + closedPort() + "/postlane");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aDatabaseOfOneNodeAloneIsRefused() throws Exception {
        assertThat(failed(node())).contains("james-database.properties, database.url=jdbc:derby:var/store/derby;create=true: "
            + "expected jdbc:postgresql://HOST/DATABASE, which all nodes of the cluster share");
    }

    @Test
    void aPasswordThatNobodyGaveIsNamedByItsVariable() throws Exception {
        assertThat(failed(nodeWithADatabase())).contains("rabbitmq.properties, management.password="
            + "${env:POSTLANE_CLUSTER_PASSWORD}: expected a value; the variable in it is not set");
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        ServerProcess node = nodeWithADatabase().replace("rabbitmq.properties", "${env:POSTLANE_CLUSTER_PASSWORD}", "secret");
        Files.delete(directory.resolve("conf/cassandra.properties"));

        assertThat(failed(node)).contains(directory.resolve("conf/cassandra.properties") + " is missing");
    }

    @Test
    void aBrokerThatDoesNotAnswerInTimeIsNamed() throws Exception {
        int port = closedPort();
        ServerProcess node = nodeWithADatabase().replace("rabbitmq.properties", "${env:POSTLANE_CLUSTER_PASSWORD}", "secret")
            .replace("rabbitmq.properties", "${env:POSTLANE_RABBITMQ_HOST:-127.0.0.1}:5672", "127.0.0.1:" + port);

        assertThat(failed(node)).contains("rabbitmq.properties, uri=amqp://127.0.0.1:" + port + ": Connection refused")
            .contains("expected a RabbitMQ that answers there");
    }
}
