// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;

/** How fast mail goes through a server: SMTP in, spool, SMTP out, to a sink beside it; and what that costs the server. */
final class EndToEndBenchmark {
    private static final Map<String, String> QUICK = Map.of("mails", "300", "warm-up", "300", "rounds", "2");

    private EndToEndBenchmark() {
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("mails", "10000");
        defaults.put("warm-up", "30000");
        defaults.put("with", "stock,postlane-data,postlane-bdat,null,postfix");
        defaults.putAll(Defaults.COMMON);
        Options options = Options.parse(arguments, defaults, QUICK);
        Publication publication = new Publication("end-to-end", "SMTP in, spool, SMTP out, no delay", options);
        try (Stations stations = Stations.start(options, false)) {
            Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
            int mails = options.number("mails", 1);
            int warmUp = options.number("warm-up", 1);
            List<? extends Contestant> contestants = stations.all().stream()
                .map(station -> new ThroughContestant(station, mails, warmUp))
                .toList();
            comparison.warmUp(contestants);
            stations.record(publication);
            publication.publish(stations.versions(), List.of(new Group("0 ms", comparison.measure(contestants))));
        }
    }
}
