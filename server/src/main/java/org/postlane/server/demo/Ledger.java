// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.postlane.testing.corpus.CorpusCheck;
import org.postlane.testing.corpus.CorpusMessage;
import org.postlane.testing.corpus.Deviation;

/**
 * What was sent and what arrived, per recipient type. Only sightings count: what the submission server answered, and what came
 * out of the sinks and the POP3 boxes. Thread-safe.
 */
final class Ledger {
    private final List<CorpusMessage> messages;
    private final Map<Type, Page> pages = new EnumMap<>(Type.class);
    private Instant lastChange = Instant.now();

    private static final class Page {
        private final Map<Integer, Instant> accepted = new HashMap<>();
        private final Map<Integer, Instant> arrived = new HashMap<>();
        private final Map<Integer, List<Deviation>> deviations = new HashMap<>();
        private int refused;
        private int postponed;
        private int repeated;
    }

    /**
     * The sum of one type.
     *
     * @param accepted recipients answered 250, whose message was answered 250
     * @param delivered messages that arrived
     * @param deferred accepted and not here yet, or asked to come back later (4xx)
     * @param refused recipients or messages answered 5xx
     * @param repeated arrivals beyond the first of the same message
     * @param intact arrivals that were octet for octet what was sent, but for a Return-Path that final delivery wrote anew
     * @param latency from the reply to the final dot to the arrival
     */
    record Sum(int accepted, int delivered, int deferred, int refused, int repeated, int intact, Percentiles latency) {
        boolean complete(int messages) {
            return accepted == messages && delivered == messages && repeated == 0;
        }
    }

    Ledger(List<CorpusMessage> messages) {
        this.messages = List.copyOf(messages);
        for (Type type : Type.values()) {
            pages.put(type, new Page());
        }
    }

    /** The message number {@code index} was answered 250 for this recipient. */
    synchronized void accepted(Type type, int index, Instant when) {
        pages.get(type).accepted.put(index, when);
        lastChange = Instant.now();
    }

    /** The recipient, or the message with it, was answered with this code, which is not 2xx. */
    synchronized void declined(Type type, int code) {
        if (code < 500) {
            pages.get(type).postponed++;
        } else {
            pages.get(type).refused++;
        }
        lastChange = Instant.now();
    }

    /** A message arrived; one that bears no mark of the corpus is somebody else's and not counted. */
    void arrived(Type type, byte[] content, Instant when) {
        Mark.indexIn(content).stream().filter(index -> index < messages.size()).forEach(index -> {
            List<Deviation> found = CorpusCheck.compare(messages.get(index), content);
            enter(type, index, found, when);
        });
    }

    private synchronized void enter(Type type, int index, List<Deviation> found, Instant when) {
        Page page = pages.get(type);
        if (page.arrived.putIfAbsent(index, when) == null) {
            page.deviations.put(index, found);
        } else {
            page.repeated++;
        }
        lastChange = Instant.now();
    }

    /** How many messages of this type arrived so far. */
    synchronized int delivered(Type type) {
        return pages.get(type).arrived.size();
    }

    /** When something last happened. */
    synchronized Instant lastChange() {
        return lastChange;
    }

    /** Whether all that was accepted has arrived. */
    synchronized boolean settled() {
        return pages.values().stream().allMatch(page -> page.arrived.keySet().containsAll(page.accepted.keySet()));
    }

    /** The sum of one type so far. */
    synchronized Sum sum(Type type) {
        Page page = pages.get(type);
        List<Duration> latencies = new ArrayList<>();
        page.accepted.forEach((index, when) -> {
            Instant arrival = page.arrived.get(index);
            if (arrival != null) {
                // A message may be there before the sender has read the reply.
                latencies.add(arrival.isBefore(when) ? Duration.ZERO : Duration.between(when, arrival));
            }
        });
        long missing = page.accepted.keySet().stream().filter(index -> !page.arrived.containsKey(index)).count();
        int intact = (int) page.deviations.values().stream()
            .filter(found -> found.stream().allMatch(deviation -> Causes.isOfFinalDelivery(type, deviation))).count();
        return new Sum(page.accepted.size(), page.arrived.size(), (int) missing + page.postponed, page.refused, page.repeated,
            intact, new Percentiles(latencies));
    }

    /** The messages of this type that arrived changed, by name, with what was changed. */
    synchronized Map<String, List<Deviation>> deviations(Type type) {
        Map<String, List<Deviation>> byName = new java.util.TreeMap<>();
        pages.get(type).deviations.forEach((index, found) -> {
            if (!found.isEmpty()) {
                byName.put(messages.get(index).name(), found);
            }
        });
        return byName;
    }
}
