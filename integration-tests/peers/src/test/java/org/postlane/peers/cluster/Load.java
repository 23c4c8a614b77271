// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntSupplier;

import org.postlane.testing.feed.Feeder;
import org.postlane.testing.feed.Findings;
import org.postlane.testing.fleet.FleetMail;

/** Clients that submit mail to nodes of the cluster, until it is closed, and what became of each mail. */
final class Load implements Closeable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Cluster cluster;
    private final String run;
    private final Feeder feeder;
    private final Findings findings;
    private final Queue<FleetMail> taken = new ConcurrentLinkedQueue<>();

    /**
     * Begins at once.
     *
     * @param run a word of its own
     * @param nodes to which the clients are spread
     */
    Load(Cluster cluster, String run, int clients, List<Node> nodes) {
        this.cluster = cluster;
        this.run = run;
        findings = new Findings(run);
        cluster.onMail(mail -> {
            findings.took(mail);
            taken.add(mail);
        });
        feeder = new Feeder(run, Cluster.PASSWORD, clients,
            nodes.stream().<IntSupplier>map(node -> () -> node.port(587)).toList());
    }

    /** Waits until so many more mails have been answered 250. */
    void awaitMore(int mails) {
        int enough = feeder.count() + mails;
        await("mail is taken").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> feeder.count() >= enough);
    }

    /** Mails that were answered 250. */
    int count() {
        return feeder.count();
    }

    /** What was answered where 250 was wanted. */
    List<String> refusals() {
        return feeder.refusals();
    }

    /** How many mails the host has from a node. */
    long takenFrom(Node node) {
        return taken.stream().filter(mail -> mail.client().equals(node.address())).count();
    }

    /** How often the host has this one, by its Message-ID. */
    long taken(String id) {
        return taken.stream().filter(mail -> mail.messageId().equals(id)).count();
    }

    /** The same, of these last moments. */
    long takenFrom(Node node, Duration lately) {
        long since = System.nanoTime() - lately.toNanos();
        return taken.stream().filter(mail -> mail.client().equals(node.address()) && mail.at() - since >= 0).count();
    }

    /** Ends the clients, and waits until each copy of each mail has been found; mailboxes are read at this node. */
    Findings findAll(Node reader) {
        close();
        try {
            await(run).atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(
                () -> assertThat(findings.missing(feeder.accepted(), reader::pop3)).as(account() + ": lost").isEmpty());
        } catch (RuntimeException | Error e) {
            System.out.println(cluster.logs());
            throw e;
        }
        return findings;
    }

    /** What there is to say, once all has been found. */
    String account() {
        return run + ": " + feeder.count() + " mails answered 250, " + feeder.refusals().size() + " answered otherwise, "
            + feeder.unanswered() + " not answered";
    }

    @Override
    public void close() {
        try {
            feeder.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
