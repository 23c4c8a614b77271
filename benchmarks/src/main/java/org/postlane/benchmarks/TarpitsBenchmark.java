// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.frame.Series;
import org.postlane.benchmarks.frame.UsageError;
import org.postlane.benchmarks.many.FleetStation;
import org.postlane.benchmarks.many.TarpitsRounds;
import org.postlane.benchmarks.many.TarpitsRounds.Plan;
import org.postlane.benchmarks.peers.Delivery;

/** What domains that stall in every phase of SMTP leave of the rate of one that works. */
final class TarpitsBenchmark {
    private static final String STOCK = "stock";
    private static final String POSTLANE = "postlane";
    private static final Map<String, String> QUICK = Map.of("mails", "1000", "warm-up", "1000", "tarpits", "60",
        "mails-each", "10", "mails-stock", "50", "tarpits-stock", "20", "seconds-stock", "5", "rounds", "2");

    private final Options options;

    private TarpitsBenchmark(Options options) {
        this.options = options;
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("mails", "10000");
        defaults.put("warm-up", "30000");
        defaults.put("tarpits", "300");
        defaults.put("mails-each", "100");
        defaults.put("mails-stock", "500");
        defaults.put("tarpits-stock", "50");
        defaults.put("mails-each-stock", "4");
        defaults.put("seconds-stock", "60");
        defaults.put("with", POSTLANE);
        defaults.putAll(Defaults.BY_MX);
        new TarpitsBenchmark(Options.parse(arguments, defaults, QUICK)).run();
    }

    private void run() throws Exception {
        Publication publication = new Publication("tarpits",
            "A healthy domain beside domains that stall in every phase", options);
        Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
        List<Series> series = new ArrayList<>();
        // One after the other, for each is compared with itself.
        for (String token : options.list("with")) {
            System.err.println("starting " + token);
            try (FleetStation station = start(token)) {
                List<Contestant> contestants = new TarpitsRounds(station, plan(token)).contestants();
                comparison.warmUp(contestants.subList(0, 1));
                series.addAll(comparison.measure(contestants));
            }
        }
        publication.publish(Map.of(), List.of(new Group("0 ms", series)));
    }

    private FleetStation start(String token) throws IOException {
        return switch (token) {
            case POSTLANE -> FleetStation.start("James, Postlane", Delivery.POSTLANE, options);
            case STOCK -> FleetStation.start("James, stock", Delivery.STOCK, options);
            default -> throw new UsageError("--with " + token + ": known are " + POSTLANE + ", " + STOCK);
        };
    }

    private Plan plan(String token) {
        int warmUp = options.number("warm-up", 1);
        int octets = options.number("octets", 0);
        if (token.equals(STOCK)) {
            return new Plan(options.number("mails-stock", 1), warmUp, octets, options.number("tarpits-stock", 1),
                options.number("mails-each-stock", 1), Duration.ofSeconds(options.number("seconds-stock", 1)));
        }
        return new Plan(options.number("mails", 1), warmUp, octets, options.number("tarpits", 1),
            options.number("mails-each", 1), null);
    }
}
