// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.postlane.benchmarks.frame.UsageError;

/** The command line. Exit status 0 means measured, 1 that it went wrong, 2 that something is missing or was not understood. */
public final class Main {
    private static final String USAGE = """
        Usage: benchmarks/run <command> [options]      docs/benchmarks.md tells what they mean

          relay             a full queue to one host at 0, 20, 50 and 100 ms round trip
          end-to-end        SMTP in, spool, SMTP out, without delay; and processor time
          tarpits           a healthy domain beside hundreds that stall
          recipients        one mail to very many recipients in many domains
          idle-connections  memory of 10,000 connections that nobody uses
          local             one mail to 1000 and to 10000 mailboxes here, in memory and in a database
          chat              from the reply to the final dot until IMAP IDLE announces the mail
          ceiling           what injector, proxy and sink can do by themselves
          pool              taking a resource out of a pool and giving it back, beside commons-pool2 and reactor-pool
          replies           reading replies, beside netty-codec-smtp
          stuffer           dot-stuffing, beside a plain copy
          plot FILE         the plots of a report, once more

        --quick does each with small numbers, to see that it works.
        """;

    private Main() {
    }

    /** Runs one command; see {@code --help}. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
            System.out.print(USAGE);
            return arguments.isEmpty() ? 2 : 0;
        }
        try {
            perform(arguments.get(0), arguments.subList(1, arguments.size()));
            return 0;
        } catch (UsageError e) {
            System.err.println("benchmarks: " + e.getMessage());
            return 2;
        } catch (Exception e) {
            System.err.println("benchmarks: it went wrong");
            e.printStackTrace();
            return 1;
        }
    }

    private static void perform(String command, List<String> options) throws Exception {
        switch (command) {
            case "relay" -> RelayBenchmark.run(options);
            case "end-to-end" -> EndToEndBenchmark.run(options);
            case "tarpits" -> TarpitsBenchmark.run(options);
            case "recipients" -> RecipientsBenchmark.run(options);
            case "idle-connections" -> IdleBenchmark.run(options);
            case "local" -> LocalBenchmark.run(options);
            case "chat" -> ChatBenchmark.run(options);
            case "ceiling" -> CeilingBenchmark.run(options);
            case "pool" -> MicroBenchmark.pool(options);
            case "replies" -> MicroBenchmark.replies(options);
            case "stuffer" -> MicroBenchmark.stuffer(options);
            case "plot" -> plot(options);
            default -> throw new UsageError("there is no command '" + command + "'; benchmarks/run --help lists them");
        }
    }

    private static void plot(List<String> files) throws IOException {
        if (files.isEmpty()) {
            throw new UsageError("plot needs the JSON of a report");
        }
        for (String file : files) {
            Publication.plot(Path.of(file)).forEach(System.out::println);
        }
    }
}
