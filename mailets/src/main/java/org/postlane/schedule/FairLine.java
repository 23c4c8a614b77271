// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What waits at one destination: by priority, and within one priority in turns between those for whom it is done, so that who
 * has a hundred thousand in the line delays nobody by more than one. Not thread-safe.
 */
final class FairLine<T extends Task> {
    private static final int HIGH = 0;
    private static final int NORMAL = 1;
    private static final int LOW = 2;
    /** Which class goes first, in turn: whatever waits above it, each gets one in eight, so as not to stand still. */
    private static final int[] FIRST = {HIGH, HIGH, NORMAL, HIGH, HIGH, NORMAL, HIGH, LOW};

    /** What has had a turn and comes before all others. */
    private final Deque<Waiting<T>> again = new ArrayDeque<>();
    /** By class of priority; within it, by whom it is done for, in the order of their turns. */
    private final List<Map<String, Deque<Waiting<T>>>> classes = new ArrayList<>();
    private int turn;
    private int size;

    FairLine() {
        for (int i = HIGH; i <= LOW; i++) {
            classes.add(new LinkedHashMap<>());
        }
    }

    private static int classOf(Waiting<?> waiting) {
        return waiting.priority > 6 ? HIGH : waiting.priority > 2 ? NORMAL : LOW;
    }

    int size() {
        return size;
    }

    void add(Waiting<T> waiting) {
        classes.get(classOf(waiting)).computeIfAbsent(waiting.line, line -> new ArrayDeque<>()).addLast(waiting);
        size++;
    }

    /** Lets one that has had a turn go before all others. */
    void addAgain(Waiting<T> waiting) {
        again.addLast(waiting);
        size++;
    }

    /** The next one; null when nobody waits. */
    Waiting<T> poll() {
        if (size == 0) {
            return null;
        }
        size--;
        if (!again.isEmpty()) {
            return again.removeFirst();
        }
        int first = FIRST[turn];
        turn = (turn + 1) % FIRST.length;
        Waiting<T> next = pollFrom(classes.get(first));
        for (int i = HIGH; next == null; i++) {
            next = pollFrom(classes.get(i));
        }
        return next;
    }

    private Waiting<T> pollFrom(Map<String, Deque<Waiting<T>>> lines) {
        Iterator<Map.Entry<String, Deque<Waiting<T>>>> first = lines.entrySet().iterator();
        if (!first.hasNext()) {
            return null;
        }
        Map.Entry<String, Deque<Waiting<T>>> whose = first.next();
        String line = whose.getKey();
        Deque<Waiting<T>> deque = whose.getValue();
        first.remove();
        Waiting<T> next = deque.removeFirst();
        if (!deque.isEmpty()) {
            lines.put(line, deque);
        }
        return next;
    }

    /** Takes one out of the middle; false when it is not there. */
    boolean remove(Waiting<T> waiting) {
        Map<String, Deque<Waiting<T>>> lines = classes.get(classOf(waiting));
        Deque<Waiting<T>> deque = lines.get(waiting.line);
        if (deque != null && deque.remove(waiting)) {
            if (deque.isEmpty()) {
                lines.remove(waiting.line);
            }
        } else if (!again.remove(waiting)) {
            return false;
        }
        size--;
        return true;
    }

    List<Waiting<T>> drain() {
        List<Waiting<T>> all = new ArrayList<>(size);
        for (Waiting<T> next = poll(); next != null; next = poll()) {
            all.add(next);
        }
        return all;
    }

    /** How many nanoseconds the one that has waited longest has waited; 0 when nobody waits. */
    long longestWait(long now) {
        long longest = again.isEmpty() ? 0 : now - again.peekFirst().since();
        for (Map<String, Deque<Waiting<T>>> lines : classes) {
            for (Deque<Waiting<T>> deque : lines.values()) {
                longest = Math.max(longest, now - deque.peekFirst().since());
            }
        }
        return longest;
    }
}
