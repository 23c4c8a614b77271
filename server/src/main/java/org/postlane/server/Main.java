// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.util.Arrays;
import java.util.List;

import org.postlane.server.demo.Demo;

/**
 * The command line: {@code serve} runs a James 3.8.1 with Postlane installed, {@code demo} shows the main job on real mail. Exit
 * status 0 means done, 1 that it went wrong, 2 that the command line was not understood.
 */
public final class Main {
    private static final String USAGE = """
        Usage: postlane [serve] [--store memory|durable|cluster]    run the mail server
               postlane demo [--exit]                               run it on loopback with real mail, and print an account

        serve    The configuration is conf/ of the assembly, ports and all; conf/README.md lists the settings. The assembly is
                 found through -Dworking.directory or POSTLANE_HOME, or is the one this program belongs to.
                 With the store durable, which is the default, mail, users and queues lie in var/, or in the database that
                 conf/james-database.properties names; with memory all of it is gone when the server stops.
                 With cluster all of it is in PostgreSQL, RabbitMQ and Cassandra, which several nodes share
                 (conf/james-database.properties, conf/rabbitmq.properties, conf/cassandra.properties; docs/cluster.md).
        demo     Everything in a temporary directory and on 127.0.0.1; nothing stays. It serves until stopped with Ctrl-C;
                 with --exit it ends after the account, with status 0 if every mail arrived as it should and 1 if not.
        """;

    private Main() {
    }

    /** Runs one command and ends the JVM with its exit status; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(run(Arrays.asList(args)));
    }

    private static int run(List<String> args) {
        if (args.contains("--help") || args.contains("-h")) {
            System.out.print(USAGE);
            return 0;
        }
        boolean named = !args.isEmpty() && !args.get(0).startsWith("--");
        String command = named ? args.get(0) : "serve";
        List<String> options = named ? args.subList(1, args.size()) : args;
        try {
            return switch (command) {
                case "serve" -> Serve.run(store(options));
                case "demo" -> {
                    refuse(options, List.of("--exit"));
                    yield Demo.run(Home.locate(), options.contains("--exit"));
                }
                default -> throw new UsageError("there is no command '" + command + "'");
            };
        } catch (UsageError e) {
            System.err.println("postlane: " + e.getMessage());
            System.err.print(USAGE);
            return 2;
        } catch (StartError e) {
            System.err.println("postlane: " + e.getMessage());
            return 1;
        } catch (RuntimeException | Error e) {
            // What has started already would go on without the rest, and nobody would start it again.
            System.err.println("postlane: an error of its own ended it: " + e);
            e.printStackTrace();
            return 1;
        }
    }

    private static Store store(List<String> options) {
        if (options.isEmpty()) {
            return Store.DURABLE;
        }
        refuse(options.subList(0, 1), List.of("--store"));
        if (options.size() == 1) {
            throw new UsageError("--store: expected a store behind it");
        }
        refuse(options.subList(2, options.size()), List.of());
        return Store.named(options.get(1));
    }

    private static void refuse(List<String> options, List<String> known) {
        for (String option : options) {
            if (!known.contains(option)) {
                throw new UsageError("there is no option '" + option + "' here");
            }
        }
    }
}
