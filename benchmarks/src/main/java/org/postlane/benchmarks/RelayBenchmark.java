// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.peers.Delivery;
import org.postlane.benchmarks.peers.James;

/** How fast a queue that is full goes out to one host that is some way off. */
final class RelayBenchmark {
    private static final Map<String, String> QUICK = Map.of("rtt", "0,20", "mails", "200", "mails-stock", "50",
        "mails-bdat", "400", "warm-up", "100", "rounds", "2", "patience", "120");

    private final Options options;

    private RelayBenchmark(Options options) {
        this.options = options;
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("rtt", "0,20,50,100");
        defaults.put("mails", "4000");
        defaults.put("mails-stock", "800");
        defaults.put("mails-bdat", "12000");
        defaults.put("warm-up", "6000");
        defaults.put("with", "stock,postlane-data,postlane-bdat,postfix,exim");
        defaults.putAll(Defaults.COMMON);
        new RelayBenchmark(Options.parse(arguments, defaults, QUICK)).run();
    }

    private void run() throws Exception {
        Publication publication = new Publication("relay",
            "Relay to one host, " + options.text("connections") + " connections, queue filled beforehand", options);
        try (Stations stations = Stations.start(options, true)) {
            Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
            List<Group> groups = new ArrayList<>();
            List<RelayContestant> warm = contestants(stations, 0);
            comparison.warmUp(warm);
            stations.record(publication);
            for (int rtt : options.numbers("rtt", 0)) {
                System.err.println("round trip " + rtt + " ms");
                groups.add(new Group(rtt + " ms", comparison.measure(contestants(stations, rtt))));
            }
            publication.publish(stations.versions(), groups);
        }
    }

    private List<RelayContestant> contestants(Stations stations, int rttMillis) {
        return stations.all().stream()
            .map(station -> new RelayContestant(station, Duration.ofMillis(rttMillis), mails(station, rttMillis > 0),
                options.number("warm-up", 1)))
            .toList();
    }

    /**
     * With a delay the rates differ by a factor of thirty: who opens a connection for each mail would need minutes for the mails
     * that others need to get going at all.
     */
    private int mails(Station station, boolean delayed) {
        if (delayed && isStock(station)) {
            return options.number("mails-stock", 1);
        }
        if (delayed && station.sink().settings().extensions().contains("CHUNKING")) {
            return options.number("mails-bdat", 1);
        }
        return options.number("mails", 1);
    }

    private static boolean isStock(Station station) {
        return station.server() instanceof James james && james.delivery() == Delivery.STOCK;
    }
}
