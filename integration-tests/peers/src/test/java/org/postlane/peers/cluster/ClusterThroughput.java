// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.feed.Letter;
import org.postlane.testing.fleet.HostBehaviour;

/**
 * What a mail costs each part of the cluster, and how many a second all of it carries on this machine. No test, and not run
 * with them: {@code -Dtest=ClusterThroughput} asks for it. {@code -Dpostlane.cluster.mails=1000} is the number of mails in a
 * round.
 */
@WithCluster
class ClusterThroughput {
    private static final int MAILS = Integer.getInteger("postlane.cluster.mails", 1000);
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 5;
    private static final int CLIENTS = 16;
    private static final int OCTETS = 4096;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final List<String> PARTS =
        List.of("postlane", "postlane-2", "rabbitmq", "cassandra", "postgresql", "redis");

    private final Cluster cluster;

    ClusterThroughput(Cluster cluster) {
        this.cluster = cluster;
    }

    private record Round(double seconds, Map<String, Double> processorMillis) {
    }

    @Test
    void toAServerElsewhere() throws Exception {
        cluster.host().behave(HostBehaviour.healthy());
        AtomicInteger taken = new AtomicInteger();
        cluster.onMail(mail -> taken.incrementAndGet());
        measure("elsewhere", number -> "reader" + number + "@quick.test", taken::get);
    }

    @Test
    void toAUserHere() throws Exception {
        measure("here", number -> Letter.BOB, () -> (int) cluster.nodes().stream()
            .mapToDouble(node -> node.figure("localDeliveredMails_total")).sum());
    }

    private interface Recipient {
        String of(int number);
    }

    private void measure(String title, Recipient recipient, IntSupplier delivered) throws Exception {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < WARM_UP + ROUNDS; i++) {
            Round round = round(title + i, recipient, delivered);
            if (i >= WARM_UP) {
                rounds.add(round);
            }
        }
        System.out.println(title + ", median of " + ROUNDS + " rounds with " + MAILS + " mails of " + OCTETS + " octets: "
            + spread(rounds, round -> MAILS / round.seconds()) + " mails/s; processor ms a mail:");
        PARTS.forEach(part -> System.out.println("  " + part + " "
            + spread(rounds, round -> round.processorMillis().get(part) / MAILS)));
    }

    private static String spread(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }

    private Round round(String run, Recipient recipient, IntSupplier delivered) throws Exception {
        int wanted = delivered.getAsInt() + MAILS;
        Map<String, Double> before = processorMillis();
        long began = System.nanoTime();
        submit(run, recipient);
        await(run).atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20))
            .until(() -> delivered.getAsInt() >= wanted);
        double seconds = (System.nanoTime() - began) / 1e9;
        Map<String, Double> used = processorMillis();
        used.replaceAll((part, millis) -> millis - before.get(part));
        return new Round(seconds, used);
    }

    /** Each client over one connection, half of them to each node. */
    private void submit(String run, Recipient recipient) throws InterruptedException, ExecutionException {
        AtomicInteger numbers = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Node node = cluster.nodes().get(i % 2);
                all.add(() -> {
                    client(node, run, numbers, recipient);
                    return null;
                });
            }
            for (Future<Void> ended : clients.invokeAll(all)) {
                ended.get();
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private static void client(Node node, String run, AtomicInteger numbers, Recipient recipient) {
        try (SmtpDialogue smtp = SmtpDialogue.greeted(new InetSocketAddress("127.0.0.1", node.port(587)))) {
            smtp.authPlain(Letter.SENDER, Cluster.PASSWORD);
            for (int n = numbers.getAndIncrement(); n < MAILS; n = numbers.getAndIncrement()) {
                smtp.sendMail(Letter.SENDER, List.of(recipient.of(n)), content(run + "." + n));
            }
            smtp.quit();
        }
    }

    private static byte[] content(String id) {
        String head = "From: <" + Letter.SENDER + ">\r\nSubject: " + id + "\r\nMessage-ID: <" + id + "@home.test>\r\n\r\n";
        String line = "x".repeat(76) + "\r\n";
        return (head + line.repeat((OCTETS - head.length()) / line.length())).getBytes(US_ASCII);
    }

    private Map<String, Double> processorMillis() {
        Map<String, Double> used = new LinkedHashMap<>();
        PARTS.forEach(part -> used.put(part, cluster.part(part).processorNanos() / 1e6));
        return used;
    }
}
