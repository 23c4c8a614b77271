// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.micro.MicroContestant;
import org.postlane.benchmarks.micro.PoolCycle;
import org.postlane.benchmarks.micro.PoolLine;
import org.postlane.smtp.Replies;
import org.postlane.smtp.Stuffing;

/** Single parts beside what others have for the same purpose: the pool, the parser of replies, the dot-stuffer. */
final class MicroBenchmark {
    private static final Map<String, String> QUICK = Map.of("iterations", "1", "millis", "100", "rounds", "2");
    private static final int MANY_THREADS = 64;

    private final Options options;

    private MicroBenchmark(Options options) {
        this.options = options;
    }

    private static MicroBenchmark of(List<String> arguments) {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("rounds", Integer.toString(Comparison.SOUND_ROUNDS));
        defaults.put("iterations", "5");
        defaults.put("millis", "1000");
        defaults.put("out", Defaults.COMMON.get("out"));
        return new MicroBenchmark(Options.parse(arguments, defaults, QUICK));
    }

    static void pool(List<String> arguments) throws Exception {
        MicroBenchmark micro = of(arguments);
        Map<String, List<MicroContestant>> groups = new LinkedHashMap<>();
        groups.put("1 thread", micro.pools(1, PoolCycle.Kind.AT_ONCE));
        groups.put(MANY_THREADS + " threads", micro.pools(MANY_THREADS, PoolCycle.Kind.AT_ONCE));
        groups.put(MANY_THREADS + " threads, held", micro.pools(MANY_THREADS, PoolCycle.Kind.HELD));
        groups.put("64 in line, no thread waits", List.of(
            micro.contestant("Postlane", PoolLine.class, "postlane", 1, null, 0),
            micro.contestant("reactor-pool", PoolLine.class, "reactorPool", 1, null, 0)));
        micro.run("pool", "Taking one of 20 out of a pool and giving it back", groups);
    }

    private List<MicroContestant> pools(int threads, PoolCycle.Kind kind) {
        return List.of(contestant("Postlane", PoolCycle.class, "postlane", threads, kind, 0),
            contestant("commons-pool2", PoolCycle.class, "commonsPool2", threads, kind, 0),
            contestant("reactor-pool", PoolCycle.class, "reactorPool", threads, kind, 0));
    }

    static void replies(List<String> arguments) throws Exception {
        MicroBenchmark micro = of(arguments);
        Map<String, List<MicroContestant>> groups = new LinkedHashMap<>();
        for (Replies.Kind kind : Replies.Kind.values()) {
            groups.put(kind.label(), List.of(
                micro.contestant("Postlane", Replies.class, "postlane", 1, kind, kind.octets()),
                micro.contestant("netty-codec-smtp", Replies.class, "nettyCodecSmtp", 1, kind, kind.octets())));
        }
        micro.run("replies", "Reading replies", groups);
    }

    static void stuffer(List<String> arguments) throws Exception {
        MicroBenchmark micro = of(arguments);
        Map<String, List<MicroContestant>> groups = new LinkedHashMap<>();
        for (Stuffing.Kind kind : Stuffing.Kind.values()) {
            groups.put(kind.label(), List.of(
                micro.contestant("Postlane", Stuffing.class, "postlane", 1, kind, kind.octets()),
                micro.contestant("plain copy", Stuffing.class, "plainCopy", 1, kind, kind.octets())));
        }
        micro.run("stuffer", "Making content ready for DATA", groups);
    }

    private MicroContestant contestant(String name, Class<?> benchmark, String method, int threads, Enum<?> kind, int octets) {
        return new MicroContestant(name, benchmark, method, threads, kind, octets, options.number("iterations", 1),
            options.number("millis", 1));
    }

    private void run(String command, String title, Map<String, List<MicroContestant>> groups) throws Exception {
        Publication publication = new Publication(command, title, options);
        Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
        List<Group> measured = new ArrayList<>();
        for (Map.Entry<String, List<MicroContestant>> group : groups.entrySet()) {
            System.err.println(group.getKey());
            measured.add(new Group(group.getKey(), comparison.measure(group.getValue())));
        }
        publication.publish(Map.of(), measured);
    }
}
