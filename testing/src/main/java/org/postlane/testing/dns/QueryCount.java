// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.util.HashMap;
import java.util.Map;

import org.xbill.DNS.Record;

/** What was asked, and how often. Thread-safe. */
final class QueryCount {
    private final Map<String, Map<Integer, Integer>> asked = new HashMap<>();
    private int all;
    private int overTcp;

    synchronized void count(Record question, boolean tcp) {
        all++;
        overTcp += tcp ? 1 : 0;
        asked.computeIfAbsent(DnsNames.text(question.getName()), any -> new HashMap<>())
            .merge(question.getType(), 1, Integer::sum);
    }

    synchronized int all() {
        return all;
    }

    synchronized int overTcp() {
        return overTcp;
    }

    synchronized int of(String name) {
        return ofName(name).values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized int of(String name, int type) {
        return ofName(name).getOrDefault(type, 0);
    }

    private Map<Integer, Integer> ofName(String name) {
        return asked.getOrDefault(DnsNames.text(DnsNames.absolute(name)), Map.of());
    }
}
