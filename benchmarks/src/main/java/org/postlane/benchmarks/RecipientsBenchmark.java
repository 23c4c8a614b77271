// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.many.FleetStation;
import org.postlane.benchmarks.many.OneMail;
import org.postlane.benchmarks.peers.Delivery;

/** One mail to very many recipients in many domains: how long it takes, and how much memory. */
final class RecipientsBenchmark {
    private static final Map<String, String> QUICK =
        Map.of("recipients", "5000", "domains", "100", "warm-up", "1", "octets-large", "262144", "rounds", "2");

    private RecipientsBenchmark() {
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("recipients", "100000");
        defaults.put("domains", "1000");
        defaults.put("octets-large", "2097152");
        defaults.put("warm-up", "3");
        defaults.putAll(Defaults.BY_MX);
        Options options = Options.parse(arguments, defaults, QUICK);
        int recipients = options.number("recipients", 1);
        int domains = options.number("domains", 1);
        int octets = options.number("octets", 0);
        int large = options.number("octets-large", 0);
        Publication publication = new Publication("recipients",
            "One mail to " + recipients + " recipients in " + domains + " domains", options);
        try (FleetStation station = FleetStation.start("James, Postlane", Delivery.POSTLANE, options)) {
            OneMail mail = new OneMail(station, recipients, domains);
            List<Contestant> contestants = List.of(
                mail.timed(octets + " octets", octets, options.number("warm-up", 1)),
                mail.weighed(octets + " octets, weighed", octets),
                mail.weighed(large + " octets, weighed", large));
            Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
            comparison.warmUp(contestants);
            publication.publish(Map.of(), List.of(new Group("0 ms", comparison.measure(contestants))));
        }
    }
}
