// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;

/** The options that every command with mail servers takes; {@code docs/benchmarks.md} tells what they mean. */
final class Defaults {
    static final Map<String, String> COMMON = common();
    /** Of the commands whose servers deliver into mailboxes. */
    static final Map<String, String> MAILBOXES = mailboxes();

    /** Those of commands in which James sends by MX: it has its own number of connections, and TLS as the hosts offer it. */
    static final Map<String, String> BY_MX = byMx();

    private Defaults() {
    }

    private static Map<String, String> common() {
        Map<String, String> common = new LinkedHashMap<>();
        common.put("rounds", Integer.toString(Comparison.SOUND_ROUNDS));
        common.put("connections", "20");
        common.put("injectors", "20");
        common.put("octets", "4096");
        common.put("tls", "false");
        common.put("set", "");
        common.put("keep", "false");
        common.put("jfr", "false");
        common.put("patience", "900");
        common.put("work", "/var/tmp");
        common.put("out", "benchmarks/target/results");
        return Collections.unmodifiableMap(common);
    }

    private static Map<String, String> byMx() {
        Map<String, String> byMx = new LinkedHashMap<>(common());
        byMx.remove("connections");
        byMx.remove("tls");
        return Collections.unmodifiableMap(byMx);
    }

    private static Map<String, String> mailboxes() {
        Map<String, String> mailboxes = new LinkedHashMap<>();
        for (String name : List.of("rounds", "octets", "keep", "patience", "work", "out")) {
            mailboxes.put(name, COMMON.get(name));
        }
        return Collections.unmodifiableMap(mailboxes);
    }
}
