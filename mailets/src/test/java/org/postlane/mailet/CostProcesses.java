// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import org.awaitility.Awaitility;
import org.postlane.testing.fleet.Fleet;

/** Where figures are taken: hosts in one process, the engine in another, without what tests switch on to find leaks. */
final class CostProcesses {
    /** The counter of recipients who have got their mail. */
    static final String DELIVERED = "postlane.outbound.delivered";
    private static final String HEAP = "1g";
    private static final String PORT = "PORT ";

    private CostProcesses() {
    }

    /** What the main method of hosts does once they behave as they shall: says the port, until its input ends. */
    static void serve(Fleet fleet) throws IOException {
        print(PORT + fleet.port());
        while (System.in.read() >= 0) {
            print("Not expected: input");
        }
    }

    /**
     * Runs an engine beside hosts, and prints its figures; everything that it said where it failed.
     *
     * @param figures what each line of them begins with
     * @param arguments for the engine, behind the port of the hosts
     */
    static void run(String figures, Class<?> hosts, Class<?> engine, Object... arguments) throws Exception {
        try (ChildJvm serving = ChildJvm.start(HEAP, hosts)) {
            List<Object> all = new ArrayList<>();
            all.add(Awaitility.await().until(() -> portOf(serving), OptionalInt::isPresent).getAsInt());
            all.addAll(List.of(arguments));
            try (ChildJvm measuring = ChildJvm.start(HEAP, engine, all.toArray())) {
                int code = measuring.end();
                measuring.lines().stream().filter(line -> line.startsWith(figures) || code != 0).forEach(CostProcesses::print);
            }
        }
    }

    private static OptionalInt portOf(ChildJvm hosts) {
        return hosts.lines().stream().filter(line -> line.startsWith(PORT))
            .mapToInt(line -> Integer.parseInt(line.substring(PORT.length()))).findFirst();
    }

    static void print(String line) {
        System.out.println(line);
    }
}
