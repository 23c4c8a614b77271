// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that a journal knows: the open mails, and the delivered recipients of those that are done. Knows also in which segment the
 * oldest record of each mail is, so that older files can go. Times are milliseconds since 1970. Not safe for several threads.
 */
final class JournalMemory {
    private final JournalSettings settings;
    private final Map<String, MailState> mails = new HashMap<>();
    /** The longest untouched first. */
    private final LinkedHashMap<String, MailState> open = new LinkedHashMap<>();
    /** Those that are not open: the longest done first. */
    private final LinkedHashMap<String, MailState> remembered = new LinkedHashMap<>();
    private final TreeMap<Long, Set<MailState>> bySegment = new TreeMap<>();
    private long segment;
    private long rememberedRecipients;
    private long size;

    JournalMemory(JournalSettings settings) {
        this.settings = settings;
    }

    void record(JournalItem item, Collection<JournalEntry> entries, long now) {
        MailState state = opened(item, now);
        long before = state.size();
        state.record(item.item(), entries);
        size += state.size() - before;
    }

    void step(JournalItem item, String step, long now) {
        MailState state = opened(item, now);
        long before = state.size();
        state.step(item.item(), step);
        size += state.size() - before;
    }

    private MailState opened(JournalItem item, long now) {
        MailState state = mails.computeIfAbsent(item.mail(), this::newMail);
        if (remembered.remove(state.mail()) != null) {
            rememberedRecipients -= state.deliveredBefore();
        }
        state.touch(now);
        open.remove(state.mail());
        open.put(state.mail(), state);
        return state;
    }

    private MailState newMail(String mail) {
        MailState state = new MailState(mail, segment);
        bySegment.computeIfAbsent(segment, number -> new LinkedHashSet<>()).add(state);
        return state;
    }

    /** Whether there was such an item. */
    boolean done(JournalItem item, long now) {
        MailState state = open.get(item.mail());
        if (state == null) {
            return false;
        }
        long before = state.size();
        boolean known = state.done(item.item());
        size += state.size() - before;
        state.touch(now);
        if (!state.isOpen()) {
            open.remove(state.mail());
            keepOrForget(state);
        }
        return known;
    }

    /** What was delivered of a mail by items that are done, as a copied record says it. */
    void remember(String mail, Collection<JournalEntry> entries, long now) {
        MailState state = mails.computeIfAbsent(mail, this::newMail);
        if (remembered.remove(mail) != null) {
            rememberedRecipients -= state.deliveredBefore();
        }
        long before = state.size();
        entries.forEach(state::remember);
        size += state.size() - before;
        state.touch(now);
        if (!state.isOpen()) {
            keepOrForget(state);
        }
    }

    private void keepOrForget(MailState state) {
        if (state.deliveredBefore() == 0) {
            forget(state);
            return;
        }
        remembered.put(state.mail(), state);
        rememberedRecipients += state.deliveredBefore();
        forgetBeyond(settings.rememberedAtMost());
    }

    private void forgetBeyond(int atMost) {
        Iterator<MailState> oldest = remembered.values().iterator();
        while (rememberedRecipients > atMost && oldest.hasNext()) {
            MailState state = oldest.next();
            oldest.remove();
            rememberedRecipients -= state.deliveredBefore();
            forget(state);
        }
    }

    private void forget(MailState state) {
        mails.remove(state.mail());
        leaveSegment(state);
        size -= state.size();
    }

    private void leaveSegment(MailState state) {
        Set<MailState> there = bySegment.get(state.segment());
        there.remove(state);
        if (there.isEmpty()) {
            bySegment.remove(state.segment());
        }
    }

    Recall recall(JournalItem item, long now) {
        MailState state = mails.get(item.mail());
        if (state == null) {
            return Recall.NOTHING;
        }
        if (state.isOpen()) {
            state.touch(now);
            open.remove(state.mail());
            open.put(state.mail(), state);
        }
        return state.recall(item.item());
    }

    /** Forgets what was delivered long ago, and open mails that nobody has touched for long; returns these. */
    List<String> expire(long now) {
        forgetDoneUntil(now - settings.rememberDelivered().toMillis());
        List<String> abandoned = new ArrayList<>();
        long limit = now - settings.abandonedAfter().toMillis();
        Iterator<MailState> oldest = open.values().iterator();
        while (oldest.hasNext()) {
            MailState state = oldest.next();
            if (state.touched() > limit) {
                break;
            }
            oldest.remove();
            forget(state);
            abandoned.add(state.mail());
        }
        return abandoned;
    }

    private void forgetDoneUntil(long limit) {
        Iterator<MailState> oldest = remembered.values().iterator();
        while (oldest.hasNext()) {
            MailState state = oldest.next();
            if (state.touched() > limit) {
                break;
            }
            oldest.remove();
            rememberedRecipients -= state.deliveredBefore();
            forget(state);
        }
    }

    /** Puts what was read from files, where copies come in any order, into the order of its times. */
    void sortByTime() {
        sort(open);
        sort(remembered);
    }

    private static void sort(Map<String, MailState> map) {
        List<MailState> sorted = new ArrayList<>(map.values());
        sorted.sort((one, other) -> Long.compare(one.touched(), other.touched()));
        map.clear();
        sorted.forEach(state -> map.put(state.mail(), state));
    }

    /** From here on, new mails have their oldest record in this segment, or a later one. */
    void segment(long number) {
        segment = number;
    }

    /** The oldest segment that is needed; the current one where nothing is known at all. */
    long oldestSegment() {
        return bySegment.isEmpty() ? segment : Math.min(segment, bySegment.firstKey());
    }

    /**
     * Mails whose oldest record is in a segment before this one: they are regarded as moved to the current segment, and have
     * to be written there before the older one goes.
     *
     * @param atLeast about how many octets to take before it is enough; whole mails
     */
    List<MailState.Copy> moveFromBefore(long limit, int atLeast) {
        List<MailState.Copy> copies = new ArrayList<>();
        long taken = 0;
        while (taken < atLeast && !bySegment.isEmpty() && bySegment.firstKey() < Math.min(limit, segment)) {
            MailState state = bySegment.firstEntry().getValue().iterator().next();
            leaveSegment(state);
            state.moveTo(segment);
            bySegment.computeIfAbsent(segment, number -> new LinkedHashSet<>()).add(state);
            copies.add(state.copy());
            taken += state.size();
        }
        return copies;
    }

    /** About how many octets the records of all that is known would take. */
    long size() {
        return size;
    }

    long openMails() {
        return open.size();
    }

    long rememberedRecipients() {
        return rememberedRecipients;
    }
}
