// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Contestant;

/** A healthy domain alone and beside tarpits, in one server, in turn. */
public final class TarpitsRounds {
    private static final String RATE = "mails/s";
    private static final String OF_ALONE = "% of its rate alone";
    private static final double PERCENT = 100;

    private final FleetStation station;
    private final HealthyDomain healthy;
    private final Plan plan;
    private int nextDomain;
    private double lastAlone;

    /**
     * How much of everything.
     *
     * @param limit after which a round beside tarpits ends, however much has arrived; null where that is a failure
     */
    public record Plan(int mails, int warmUpMails, int octets, int tarpits, int mailsEach, Duration limit) {
    }

    public TarpitsRounds(FleetStation station, Plan plan) {
        this.station = station;
        this.plan = plan;
        healthy = HealthyDomain.of(station, plan.octets);
    }

    /** In the order in which they have to be measured. */
    public List<Contestant> contestants() {
        return List.of(contestant(", alone", this::alone), contestant(", beside " + plan.tarpits + " tarpits", this::beside));
    }

    private interface Round {
        Map<String, Double> run() throws IOException, InterruptedException;
    }

    private Contestant contestant(String suffix, Round round) {
        return new Contestant() {
            @Override
            public String name() {
                return station.james().name() + suffix;
            }

            @Override
            public void warmUp() throws Exception {
                double unused = healthy.rate(plan.warmUpMails, station.patience(), true);
            }

            @Override
            public Map<String, Double> round() throws Exception {
                return round.run();
            }
        };
    }

    private Map<String, Double> alone() throws IOException, InterruptedException {
        station.awaitIdle();
        lastAlone = healthy.rate(plan.mails, station.patience(), true);
        return Map.of(RATE, lastAlone);
    }

    private Map<String, Double> beside() throws IOException, InterruptedException {
        station.awaitIdle();
        Tarpits tarpits = new Tarpits(station, nextDomain, plan.tarpits);
        nextDomain += plan.tarpits;
        int stalled = tarpits.fill(plan.mailsEach, plan.octets);
        boolean all = plan.limit == null;
        double rate = healthy.rate(plan.mails, all ? station.patience() : plan.limit, all);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(RATE, rate);
        figures.put(OF_ALONE, PERCENT * rate / lastAlone);
        figures.put("sessions stalled at the start", (double) stalled);
        figures.put("and at the end", (double) tarpits.stalled());
        tarpits.end();
        return figures;
    }
}
