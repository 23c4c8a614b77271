// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.guice.durable.Patience;

class CassandraSettingsTest {
    @TempDir
    Path conf;

    @BeforeEach
    void layTheFileOfTheDriver() throws IOException {
        System.clearProperty("config.file");
        Files.writeString(conf.resolve("cassandra-driver.conf"), "datastax-java-driver.basic.request.consistency = QUORUM");
    }

    @AfterEach
    void forgetIt() {
        System.clearProperty("config.file");
    }

    private CassandraSettings read(String text) throws IOException {
        Files.writeString(conf.resolve("cassandra.properties"), text);
        return CassandraSettings.read(conf);
    }

    private void assertRefused(String text, String part) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ClusterError.class).message()
            .contains("cassandra.properties").contains(part);
    }

    @Test
    void nodesAreEnough() throws IOException {
        CassandraSettings settings = read("cassandra.nodes=127.0.0.1:9042,127.0.0.2\n");

        assertThat(settings.cluster().getHosts()).extracting(host -> host.getHostName() + ":" + host.getPort())
            .containsExactly("127.0.0.1:9042", "127.0.0.2:9042");
        assertThat(settings.keyspace().getKeyspace()).isEqualTo("apache_james");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> CassandraSettings.read(conf)).isInstanceOf(ClusterError.class)
            .hasMessageContaining(conf.resolve("cassandra.properties") + " is missing");
    }

    @Test
    void theMissingFileOfTheDriverIsNamed() throws IOException {
        Files.delete(conf.resolve("cassandra-driver.conf"));

        assertThatThrownBy(() -> read("cassandra.nodes=127.0.0.1\n")).isInstanceOf(ClusterError.class)
            .hasMessageContaining(conf.resolve("cassandra-driver.conf") + " is missing");
    }

    @Test
    void whatIsMissingOrDoesNotFitIsNamed() {
        String nodes = "cassandra.nodes=127.0.0.1\n";
        assertRefused("", "cassandra.nodes is missing; expected HOST:PORT");
        assertRefused("cassandra.nodes=127.0.0.1:many\n", "cassandra.nodes=127.0.0.1:many: expected HOST:PORT");
        assertRefused(nodes + "cassandra.keyspace=Apache-James\n", "cassandra.keyspace=Apache-James: expected a name");
        assertRefused(nodes + "cassandra.replication.factor=0\n",
            "cassandra.replication.factor=0: expected a whole number, at least 1");
        assertRefused(nodes + "cassandra.user=james\n", "cassandra.user and cassandra.password: expected both, or neither");
        assertRefused(nodes + "cassandra.node=x\n", "there is no key cassandra.node; expected one of");
    }

    @Test
    void oneThatDoesNotAnswerIsNamedWithWhatWasExpected() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        CassandraSettings settings = read("cassandra.nodes=127.0.0.1:" + port + "\n");

        assertThatThrownBy(() -> settings.awaitCassandra(new Patience(Duration.ZERO))).isInstanceOf(ClusterError.class).message()
            .contains("cassandra.properties, cassandra.nodes=127.0.0.1:" + port + ": ")
            .contains("expected a Cassandra that answers there, in the data centre datacenter1 (cassandra.local.dc)");
    }
}
