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
import org.postlane.benchmarks.load.MassMail;

/** One mail to many mailboxes here: from the reply to the final dot until the last one has it. */
final class LocalBenchmark {
    private static final Map<String, String> QUICK = Map.of("recipients", "50,200", "recipients-memory", "200", "warm-up", "1",
        "rounds", "2", "with", "stock-durable,postlane-durable");

    private LocalBenchmark() {
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("recipients", "1000,10000");
        defaults.put("recipients-memory", "2000");
        defaults.put("warm-up", "3");
        defaults.put("with", MailboxServers.ALL);
        defaults.putAll(Defaults.MAILBOXES);
        Options options = Options.parse(arguments, defaults, QUICK);
        List<Integer> sizes = options.numbers("recipients", 1);
        int memoryMost = options.number("recipients-memory", 1);
        Publication publication = new Publication("local", "One mail to many mailboxes here", options);
        try (MailboxServers servers = MailboxServers.start(options)) {
            Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
            List<Group> groups = new ArrayList<>();
            // Upwards: a group is measured with as many mailboxes as it has recipients, and the next one adds the rest.
            for (int size : sizes.stream().sorted().toList()) {
                servers.populate(size);
                List<LocalContestant> contestants = servers.all().entrySet().stream()
                    .map(server -> new LocalContestant(server.getValue(),
                        new MassMail(server.getValue().smtpPort(), options.number("octets", 0)),
                        MailboxServers.inMemory(server.getKey()) ? Math.min(memoryMost, size) : size,
                        options.number("warm-up", 0), Duration.ofSeconds(options.number("patience", 1))))
                    .toList();
                comparison.warmUp(contestants);
                groups.add(new Group(size + " mailboxes", comparison.measure(contestants)));
            }
            publication.publish(Map.of(), groups);
        }
    }
}
