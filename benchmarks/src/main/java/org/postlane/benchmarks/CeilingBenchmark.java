// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.load.Injector;
import org.postlane.benchmarks.net.DelayProxy;
import org.postlane.benchmarks.sink.Sink;
import org.postlane.benchmarks.sink.SinkSettings;

/** What injector, proxy and sink can do by themselves: nothing that is measured with them can be faster. */
final class CeilingBenchmark {
    private static final Map<String, String> QUICK = Map.of("mails", "2000", "warm-up", "2000", "rounds", "2");

    private CeilingBenchmark() {
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("mails", "100000");
        defaults.put("warm-up", "100000");
        defaults.putAll(Defaults.COMMON);
        Options options = Options.parse(arguments, defaults, QUICK);
        Publication publication = new Publication("ceiling", "The injector straight into the sink", options);
        try (Sink sink = Sink.start(SinkSettings.data()); DelayProxy proxy = DelayProxy.to(sink.port())) {
            List<Contestant> ways = List.of(
                contestant("sink", sink.port(), options), contestant("proxy without delay, sink", proxy.port(), options));
            Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
            comparison.warmUp(ways);
            publication.publish(Map.of(), List.of(new Group("0 ms", comparison.measure(ways))));
        }
    }

    private static Contestant contestant(String name, int port, Options options) {
        Injector injector =
            new Injector(port, options.number("injectors", 1), options.number("octets", 0), "recipient@sink.test");
        return new Contestant() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void warmUp() throws Exception {
                injector.send(options.number("warm-up", 1));
            }

            @Override
            public Map<String, Double> round() throws Exception {
                int mails = options.number("mails", 1);
                long begin = System.nanoTime();
                injector.send(mails);
                return Map.of("mails/s", mails / ((System.nanoTime() - begin) / 1e9));
            }
        };
    }
}
