// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is known of one mail. Guarded by the owner of the {@link JournalMemory} that it is in. */
final class MailState {
    /** What is known of one item that is not done. */
    private static final class Item {
        private final Map<String, JournalEntry> outcomes = new LinkedHashMap<>();
        private final Set<String> steps = new LinkedHashSet<>();
    }

    private final String mail;
    private final Map<String, Item> items = new LinkedHashMap<>(2);
    /** Of items that are done. */
    private final Map<String, JournalEntry> delivered = new LinkedHashMap<>();
    /** About how many octets a copy of this would take. */
    private long size;
    private long touched;
    private long segment;

    MailState(String mail, long segment) {
        this.mail = mail;
        this.segment = segment;
    }

    String mail() {
        return mail;
    }

    boolean isOpen() {
        return !items.isEmpty();
    }

    int deliveredBefore() {
        return delivered.size();
    }

    long size() {
        return size;
    }

    /** When something of it was last recorded, recalled or done, in milliseconds since 1970. */
    long touched() {
        return touched;
    }

    void touch(long now) {
        touched = Math.max(touched, now);
    }

    /** The oldest segment that holds a record of it which is still needed. */
    long segment() {
        return segment;
    }

    void moveTo(long newSegment) {
        segment = newSegment;
    }

    void record(String item, Collection<JournalEntry> entries) {
        Map<String, JournalEntry> outcomes = items.computeIfAbsent(item, name -> new Item()).outcomes;
        for (JournalEntry entry : entries) {
            JournalEntry before = outcomes.get(entry.recipient());
            if (before == null || before.outcome() != JournalEntry.Outcome.DELIVERED) {
                outcomes.put(entry.recipient(), entry);
                size += entry.size() - (before == null ? 0 : before.size());
            }
        }
    }

    void step(String item, String step) {
        if (items.computeIfAbsent(item, name -> new Item()).steps.add(step)) {
            size += 40 + mail.length() + step.length();
        }
    }

    /** Forgets an item, except for what was delivered; returns whether there was such an item. */
    boolean done(String item) {
        Item gone = items.remove(item);
        if (gone == null) {
            return false;
        }
        gone.outcomes.values().forEach(entry -> {
            size -= entry.size();
            if (entry.outcome() == JournalEntry.Outcome.DELIVERED) {
                remember(entry);
            }
        });
        gone.steps.forEach(step -> size -= 40 + mail.length() + step.length());
        return true;
    }

    void remember(JournalEntry entry) {
        JournalEntry kept = entry.withoutWords();
        JournalEntry before = delivered.put(kept.recipient(), kept);
        size += kept.size() - (before == null ? 0 : before.size());
    }

    Recall recall(String item) {
        Map<String, JournalEntry> outcomes = new HashMap<>(delivered);
        items.values().forEach(other -> other.outcomes.values().stream()
            .filter(entry -> entry.outcome() == JournalEntry.Outcome.DELIVERED)
            .forEach(entry -> outcomes.put(entry.recipient(), entry)));
        Item own = items.get(item);
        if (own == null) {
            return new Recall(outcomes, Set.of());
        }
        own.outcomes.forEach((recipient, entry) -> {
            // Another item may have delivered to a recipient whom this one could not reach.
            if (!outcomes.containsKey(recipient) || entry.outcome() == JournalEntry.Outcome.DELIVERED) {
                outcomes.put(recipient, entry);
            }
        });
        return new Recall(outcomes, own.steps);
    }

    /** Everything, to be written again; only the references are copied here. */
    Copy copy() {
        return new Copy(this);
    }

    /** The state of a mail at one moment, which can be encoded without a lock. Immutable. */
    static final class Copy {
        private final String mail;
        private final long touched;
        private final List<JournalEntry> delivered;
        private final Map<String, List<JournalEntry>> outcomes = new LinkedHashMap<>();
        private final Map<String, List<String>> steps = new LinkedHashMap<>();

        Copy(MailState state) {
            mail = state.mail;
            touched = state.touched;
            delivered = new ArrayList<>(state.delivered.values());
            state.items.forEach((name, item) -> {
                outcomes.put(name, new ArrayList<>(item.outcomes.values()));
                steps.put(name, new ArrayList<>(item.steps));
            });
        }

        List<byte[]> encode() {
            List<byte[]> payloads = new ArrayList<>(RecordCodec.remembered(mail, touched, delivered));
            outcomes.forEach((name, entries) ->
                payloads.addAll(RecordCodec.entries(JournalItem.of(mail, name), touched, entries)));
            steps.forEach((name, taken) -> taken.forEach(step ->
                payloads.add(RecordCodec.step(JournalItem.of(mail, name), touched, step))));
            return payloads;
        }
    }
}
