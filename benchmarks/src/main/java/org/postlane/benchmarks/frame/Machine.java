// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The machine that a report comes from. */
public final class Machine {
    private Machine() {
    }

    /** What makes a difference to figures. Where there is no {@code /proc}, what the JVM knows. */
    public static Map<String, String> describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", line("/proc/cpuinfo", "model name"));
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", line("/proc/meminfo", "MemTotal"));
        facts.put("system", line("/etc/os-release", "PRETTY_NAME"));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("load before", first("/proc/loadavg"));
        facts.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        return facts;
    }

    private static String line(String file, String key) {
        return lines(file)
            .filter(line -> line.startsWith(key))
            .map(line -> line.substring(key.length()).replaceFirst("^[\\s:=]+", "").replace("\"", "").strip())
            .findFirst().orElse("unknown");
    }

    private static String first(String file) {
        return lines(file).findFirst().orElse("unknown");
    }

    private static Stream<String> lines(String file) {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return Stream.empty();
        }
        try {
            return Files.readAllLines(path).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
