// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What a process and all below it have used, those included that have ended and were waited for. Linux only. */
final class ProcessTree {
    /** Linux tells users of {@code /proc} hundredths of a second, whatever it counts in. */
    private static final double TICKS_PER_SECOND = 100;
    /** Fields of proc(5) behind the name of the program, which may hold blanks itself. */
    private static final int PARENT = 1;
    private static final int FIRST_TIME = 11;
    private static final int TIMES = 4;

    private final Map<Long, Long> parents = new HashMap<>();
    private final Map<Long, Long> ticks = new HashMap<>();

    private ProcessTree() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                if (entry.getFileName().toString().matches("\\d+")) {
                    read(entry);
                }
            }
        }
    }

    static double processorSeconds(long root) throws IOException {
        ProcessTree tree = new ProcessTree();
        Set<Long> members = new HashSet<>(Set.of(root));
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Map.Entry<Long, Long> child : tree.parents.entrySet()) {
                grown |= members.contains(child.getValue()) && members.add(child.getKey());
            }
        }
        return members.stream().mapToLong(member -> tree.ticks.getOrDefault(member, 0L)).sum() / TICKS_PER_SECOND;
    }

    private void read(Path entry) throws IOException {
        String stat;
        try {
            stat = Files.readString(entry.resolve("stat"));
        } catch (NoSuchFileException ended) {
            return;
        } catch (IOException endedMeanwhile) {
            if (Files.exists(entry)) {
                throw endedMeanwhile;
            }
            return;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long process = Long.parseLong(entry.getFileName().toString());
        parents.put(process, Long.parseLong(fields[PARENT]));
        long used = 0;
        for (int i = FIRST_TIME; i < FIRST_TIME + TIMES; i++) {
            used += Long.parseLong(fields[i]);
        }
        ticks.put(process, used);
    }
}
