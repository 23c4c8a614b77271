// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.micro;

import java.util.LinkedHashMap;
import java.util.Map;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.postlane.benchmarks.frame.Contestant;

/**
 * One method of a JMH benchmark. A round is a JVM of its own, with warm-up iterations of its own, so that contestants can be
 * measured in turn; JMH by itself measures one to its end before it begins with the next.
 *
 * @param name for tables and plots
 * @param benchmark the class
 * @param method of it
 * @param threads at once
 * @param kind of the benchmark's parameter of that name; null where it has none
 * @param octets that an operation works through; 0 where it does not
 * @param iterations of warm-up, and again of measurement
 * @param iterationMillis length of each
 */
public record MicroContestant(String name, Class<?> benchmark, String method, int threads, Enum<?> kind, int octets,
                              int iterations, int iterationMillis) implements Contestant {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** Nothing: each round warms itself up. */
    @Override
    public void warmUp() {
    }

    @Override
    public Map<String, Double> round() throws RunnerException {
        TimeValue iteration = TimeValue.milliseconds(iterationMillis);
        ChainedOptionsBuilder options = new OptionsBuilder()
            .include(benchmark.getName() + "\\." + method + "$")
            .threads(threads)
            .forks(1)
            .warmupIterations(iterations).warmupTime(iteration)
            .measurementIterations(iterations).measurementTime(iteration)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
        if (kind != null) {
            options.param("kind", kind.name());
        }
        RunResult result = new Runner(options.build()).runSingle();
        double nanos = result.getPrimaryResult().getScore();
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("ns/operation", nanos);
        if (octets > 0) {
            // An octet a nanosecond is a thousand million of them a second.
            figures.put("MB/s", octets / nanos * 1000);
        }
        figures.put("octets allocated/operation", allocated(result));
        return figures;
    }

    /** JMH's names of profilers' results have changed between versions, by a mark in front. */
    @SuppressWarnings("rawtypes")
    private static double allocated(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith(ALLOCATED))
            .mapToDouble(entry -> entry.getValue().getScore())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("JMH told nothing about " + ALLOCATED));
    }
}
