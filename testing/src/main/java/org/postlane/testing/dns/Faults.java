// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Which questions are answered wrong, and which not yet. Thread-safe. */
final class Faults {
    private final Map<String, Map<Integer, DnsFault>> byName = new HashMap<>();
    private final Map<String, HeldAnswers> held = new HashMap<>();
    private DnsFault forAll;

    synchronized void put(String name, int type, DnsFault fault) {
        byName.computeIfAbsent(key(name), any -> new HashMap<>()).put(type, fault);
    }

    synchronized void remove(String name) {
        byName.remove(key(name));
    }

    synchronized void all(DnsFault fault) {
        forAll = fault;
    }

    synchronized void clear() {
        byName.clear();
        forAll = null;
    }

    synchronized HeldAnswers hold(String name) {
        HeldAnswers answers = new HeldAnswers();
        held.put(key(name), answers);
        return answers;
    }

    synchronized Optional<DnsFault> of(Record question) {
        Map<Integer, DnsFault> faults = byName.getOrDefault(DnsNames.text(question.getName()), Map.of());
        DnsFault ofName = faults.getOrDefault(Type.ANY, forAll);
        return Optional.ofNullable(faults.getOrDefault(question.getType(), ofName));
    }

    /** Runs the answer now, or when the test lets it go. */
    void whenReleased(Record question, Runnable answer) {
        HeldAnswers answers;
        synchronized (this) {
            answers = held.get(DnsNames.text(question.getName()));
        }
        if (answers == null) {
            answer.run();
        } else {
            answers.answer(answer);
        }
    }

    private static String key(String name) {
        return DnsNames.text(DnsNames.absolute(name));
    }
}
