// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.sink.Milestone;

/**
 * One mail to many recipients, those of one domain after the other: from the moment in which James' spool is given it, for the
 * mailet that delivers, until the last of them has got it. The domains of each mail are new, and no connection is left from the
 * last one.
 */
public final class OneMail {
    private static final double NANOS = 1e9;
    private static final double MIB = 1 << 20;

    private final FleetStation station;
    private final Arrivals arrivals;
    private final int recipients;
    private final int domains;
    private int nextDomain;

    /** @param recipients all together */
    public OneMail(FleetStation station, int recipients, int domains) {
        this.station = station;
        this.arrivals = Arrivals.in(station.fleet(), address -> true);
        this.recipients = recipients;
        this.domains = domains;
    }

    /** How long it takes. */
    public Contestant timed(String name, int octets, int warmUps) {
        return new Contestant() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void warmUp() throws Exception {
                for (int i = 0; i < warmUps; i++) {
                    Map<String, Double> unused = send(octets);
                }
            }

            @Override
            public Map<String, Double> round() throws Exception {
                return send(octets);
            }
        };
    }

    /** How much of the server's heap is in use meanwhile that a full collection leaves. */
    public Contestant weighed(String name, int octets) {
        return Contestant.withoutWarmUp(name, () -> {
            // Connections of the mail before would count as there before.
            station.awaitIdle();
            station.fleet().disconnect();
            station.james().watchHeap();
            Map<String, Double> unused = send(octets);
            return Map.of("growth of the live heap, MiB", station.james().heapGrowth() / MIB);
        });
    }

    private Map<String, Double> send(int octets) throws IOException, InterruptedException {
        station.awaitIdle();
        station.fleet().disconnect();
        int first = nextDomain;
        nextDomain += domains;
        int before = station.fleet().taken();
        Milestone last = arrivals.expect(recipients);
        long begin = station.james().submit(recipients, first, domains, octets);
        long end = last.await(station.patience());
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("seconds", (end - begin) / NANOS);
        figures.put("of these from the outgoing queue on", (end - station.james().lastCameAtNanos()) / NANOS);
        figures.put("transactions", (double) station.fleet().taken() - before);
        return figures;
    }
}
