// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** What the server knows: records that a test has set, and functions that make them when asked. Thread-safe. */
final class Zones {
    /** An alias of an alias is rare, a circle of them is a fault: the answer ends there. */
    private static final int MAX_ALIASES = 8;

    private final Map<String, NameRecords> set = new HashMap<>();
    private final Set<String> parents = new HashSet<>();
    private final List<BiConsumer<String, NameRecords>> generators = new ArrayList<>();

    /** Records of a type that a name has, with what leads to them. */
    record Found(List<Record> records, boolean nameExists) {
    }

    synchronized void change(String name, long ttl, Consumer<NameRecords> change) {
        Name absolute = DnsNames.absolute(name);
        NameRecords fresh = new NameRecords(absolute, ttl);
        change.accept(fresh);
        NameRecords held = set.computeIfAbsent(DnsNames.text(absolute), any -> new NameRecords(absolute, ttl));
        held.records().addAll(fresh.records());
        held.exists();
        for (Name parent = absolute; parent.labels() > 1;) {
            parent = new Name(parent, 1);
            parents.add(DnsNames.text(parent));
        }
    }

    synchronized void remove(String name) {
        set.remove(DnsNames.text(DnsNames.absolute(name)));
    }

    synchronized void generate(BiConsumer<String, NameRecords> generator) {
        generators.add(generator);
    }

    synchronized Found find(Name asked, int type, long ttl) {
        List<Record> answer = new ArrayList<>();
        Name name = asked;
        boolean exists = false;
        for (int i = 0; i < MAX_ALIASES; i++) {
            NameRecords records = recordsOf(name, ttl);
            exists = records.isKnown();
            List<Record> matching = records.records().stream()
                .filter(each -> each.getType() == type || type == Type.ANY).toList();
            answer.addAll(matching);
            Record alias = records.records().stream().filter(each -> each.getType() == Type.CNAME).findFirst().orElse(null);
            if (!matching.isEmpty() || alias == null) {
                break;
            }
            answer.add(alias);
            name = ((CNAMERecord) alias).getTarget();
        }
        return new Found(answer, exists);
    }

    private NameRecords recordsOf(Name name, long ttl) {
        String text = DnsNames.text(name);
        NameRecords held = set.get(text);
        if (held != null) {
            return held;
        }
        NameRecords made = new NameRecords(name, ttl);
        generators.forEach(generator -> generator.accept(text, made));
        return parents.contains(text) ? made.exists() : made;
    }
}
