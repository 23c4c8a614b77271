// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import org.apache.james.backends.cassandra.init.ClusterFactory;
import org.apache.james.backends.cassandra.init.configuration.CassandraConfiguration;
import org.apache.james.backends.cassandra.init.configuration.ClusterConfiguration;
import org.apache.james.backends.cassandra.init.configuration.KeyspaceConfiguration;
import org.apache.james.util.Host;
import org.postlane.guice.durable.Patience;
import org.postlane.guice.durable.StoreError;

/** What {@code cassandra.properties} says, in the keys of James' Cassandra servers. Immutable. */
public final class CassandraSettings {
    private static final String FILE = "cassandra.properties";
    private static final String NODES = "cassandra.nodes";
    private static final String USER = "cassandra.user";
    private static final String PASSWORD = "cassandra.password";
    private static final String KEYSPACE = "cassandra.keyspace";
    private static final String CREATE = "cassandra.keyspace.create";
    private static final String REPLICATION = "cassandra.replication.factor";
    private static final String DATACENTER = "cassandra.local.dc";
    private static final String RETRIES = "cassandra.retryConnection.maxRetries";
    private static final String PAUSE = "cassandra.retryConnection.minDelay";
    private static final String PART = "mailbox.blob.part.size";
    private static final String OPTIMISTIC = "optimistic.consistency.level.enabled";
    /** As in James' own servers. */
    private static final String DEFAULT_KEYSPACE = "apache_james";
    private static final String NAME = "[a-z][a-z0-9_]{0,47}";
    private static final String DRIVER_FILE = "cassandra-driver.conf";
    /** By which the driver is told of it; James' own servers set it in jvm.properties. */
    private static final String DRIVER_PROPERTY = "config.file";
    /** What a majority has, or more: anything less would answer 250 for what one machine may take with it. */
    private static final Set<String> MAJORITY = Set.of("QUORUM", "LOCAL_QUORUM", "EACH_QUORUM", "ALL");
    private static final String NODES_EXPECTED = "expected HOST:PORT of a Cassandra, more behind commas";

    private final SettingsFile file;
    private final ClusterConfiguration cluster;
    private final KeyspaceConfiguration keyspace;
    private final CassandraConfiguration details;

    private CassandraSettings(SettingsFile file) {
        this.file = file;
        List<String> nodes = file.list(NODES);
        if (nodes.isEmpty()) {
            throw new ClusterError(FILE + ": " + NODES + " is missing; " + NODES_EXPECTED);
        }
        nodes.forEach(this::requireNode);
        if (file.text(USER).isPresent() != file.text(PASSWORD).isPresent()) {
            throw new ClusterError(FILE + ": " + USER + " and " + PASSWORD
                + ": expected both, or neither for a Cassandra that asks for none");
        }
        List.of(REPLICATION, RETRIES, PAUSE, PART).forEach(key -> file.requireWhole(key, 1));
        List.of(CREATE, OPTIMISTIC).forEach(file::requireBoolean);
        String name = file.text(KEYSPACE).orElse(DEFAULT_KEYSPACE);
        if (!name.matches(NAME)) {
            throw file.error(KEYSPACE, name, "expected a name of lower-case letters, digits and underscores");
        }
        cluster = ClusterConfiguration.from(file.values());
        keyspace = KeyspaceConfiguration.builder()
            .keyspace(name)
            .replicationFactor(file.text(REPLICATION).map(Integer::parseInt).orElse(1))
            .durableWrites(true);
        details = CassandraConfiguration.from(file.values());
    }

    /**
     * Reads the file, and names the driver's own to the driver, by a system property.
     *
     * @throws ClusterError with file, key, value and what was expected
     */
    public static CassandraSettings read(Path conf) {
        if (System.getProperty(DRIVER_PROPERTY) == null) {
            Path driver = conf.resolve(DRIVER_FILE);
            if (!Files.isReadable(driver)) {
                throw new ClusterError(driver + " is missing or not readable; expected the settings of Cassandra's driver, "
                    + "such as its consistency");
            }
            System.setProperty(DRIVER_PROPERTY, driver.toString());
        }
        return new CassandraSettings(SettingsFile.read(conf.resolve(FILE), Set.of(NODES, USER, PASSWORD, KEYSPACE, CREATE,
            REPLICATION, DATACENTER, RETRIES, PAUSE, PART, OPTIMISTIC)));
    }

    private void requireNode(String node) {
        try {
            Host.parseConfString(node, ClusterConfiguration.DEFAULT_CASSANDRA_PORT);
        } catch (RuntimeException e) {
            throw file.error(NODES, node, NODES_EXPECTED, e);
        }
    }

    /**
     * Connects, and looks for the keyspace; waits until somebody answers.
     *
     * @throws ClusterError with the key and value at fault
     */
    public void awaitCassandra(Patience patience) {
        patience.await("Cassandra", this::look, error -> error instanceof ClusterError || isRefusal(error), error ->
            error instanceof ClusterError ? (ClusterError) error : file.error(NODES, String.join(",", file.list(NODES)),
                reason(error) + "; expected a Cassandra that answers there, in the data centre "
                    + cluster.getLocalDC().orElse("datacenter1") + " (" + DATACENTER + ")"
                    + file.text(USER).map(user ->
                        ", and lets the user of " + USER + "=" + user + " and " + PASSWORD + " in").orElse(""),
                error));
    }

    private Void look() {
        try (CqlSession session = ClusterFactory.createWithoutKeyspace(cluster)) {
            requireMajority(session);
            boolean there = session.getMetadata().getKeyspace(CqlIdentifier.fromCql(keyspace.getKeyspace())).isPresent();
            // James itself would make it in any case.
            if (!there && file.text(CREATE).filter("true"::equals).isEmpty()) {
                throw file.error(KEYSPACE, keyspace.getKeyspace(),
                    "there is no such keyspace; expected one, or " + CREATE + "=true");
            }
            return null;
        }
    }

    private static void requireMajority(CqlSession session) {
        String consistency =
            session.getContext().getConfig().getDefaultProfile().getString(DefaultDriverOption.REQUEST_CONSISTENCY);
        if (!MAJORITY.contains(consistency)) {
            throw new ClusterError(DRIVER_FILE + ", datastax-java-driver.basic.request.consistency=" + consistency
                + ": expected QUORUM, or LOCAL_QUORUM with several data centres");
        }
    }

    private static boolean isRefusal(Throwable error) {
        return error instanceof AllNodesFailedException && ((AllNodesFailedException) error).getAllErrors().values().stream()
            .anyMatch(errors -> errors.stream().anyMatch(AuthenticationException.class::isInstance));
    }

    /** What the first of them said: the driver's own sentence is about all. */
    private static String reason(Throwable error) {
        if (error instanceof AllNodesFailedException) {
            return ((AllNodesFailedException) error).getAllErrors().values().stream()
                .flatMap(List::stream).findFirst().map(StoreError::reason).orElseGet(() -> StoreError.reason(error));
        }
        return StoreError.reason(error);
    }

    ClusterConfiguration cluster() {
        return cluster;
    }

    KeyspaceConfiguration keyspace() {
        return keyspace;
    }

    CassandraConfiguration details() {
        return details;
    }
}
