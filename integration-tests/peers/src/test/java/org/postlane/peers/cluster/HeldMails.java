// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.postlane.testing.feed.Letter;

/**
 * Mails that the host elsewhere puts off whenever they are tried, until they are let go: however long it takes until all are
 * there, each waits for its next try.
 */
final class HeldMails {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String DOMAIN = "@held.test";

    private final List<String> names;
    /** When each was tried, by Message-ID. */
    private final Map<String, List<Long>> tries = new ConcurrentHashMap<>();
    private volatile boolean letGo;

    /**
     * Not yet submitted.
     *
     * @param run a word of its own
     */
    HeldMails(String run, int number) {
        names = IntStream.range(0, number).mapToObj(i -> "held-" + run + "-" + i).toList();
    }

    /** Whether this recipient is one of theirs. */
    static boolean isFor(String recipient) {
        return recipient.endsWith(DOMAIN);
    }

    /** What the host answers to RCPT. */
    String answer(String recipient) {
        String name = recipient.substring(0, recipient.length() - DOMAIN.length());
        // One that an earlier test left behind counts for nothing.
        if (names.contains(name)) {
            tries.computeIfAbsent(id(name), any -> new CopyOnWriteArrayList<>()).add(System.nanoTime());
        }
        return letGo ? "250 2.1.5 ok" : "450 4.2.0 later";
    }

    /** Submits all of them, and waits until each was put off. */
    void submit(Node node) {
        // By more than one: as close together as it goes.
        names.parallelStream().forEach(name -> node.submit(Letter.SENDER, name + DOMAIN, id(name)));
        await("all are put off").atMost(PATIENCE).until(() -> tries.size() == names.size());
    }

    private static String id(String name) {
        return name + "@home.test";
    }

    /** From now on they are taken; the moment, on the clock of {@link System#nanoTime}. */
    long letGo() {
        letGo = true;
        return System.nanoTime();
    }

    /** Their Message-IDs. */
    List<String> ids() {
        return names.stream().map(HeldMails::id).toList();
    }

    /** When each was tried, on the same clock, the first first; by Message-ID. */
    Map<String, List<Long>> tries() {
        return Map.copyOf(tries);
    }

    /** Those that were tried after this moment: that the queue has been told of it is not certain. */
    Set<String> triedSince(long moment) {
        return tries.entrySet().stream().filter(mail -> mail.getValue().get(mail.getValue().size() - 1) - moment > 0)
            .map(Map.Entry::getKey).collect(Collectors.toSet());
    }
}
