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
    /** So often the lowest priority goes first: it shall be slow and not stand still. */
    private static final int SHARE_OF_LOWEST = 8;

    /** By class of priority, highest first; within it, by whom it is done for, in the order of their turns. */
    private final List<Map<String, Deque<Waiting<T>>>> classes = new ArrayList<>();
    private int taken;
    private int size;

    FairLine() {
        for (int i = 0; i < 3; i++) {
            classes.add(new LinkedHashMap<>());
        }
    }

    private static int classOf(int priority) {
        return priority > 6 ? 0 : priority > 2 ? 1 : 2;
    }

    int size() {
        return size;
    }

    void add(Waiting<T> waiting) {
        dequeFor(waiting).addLast(waiting);
        size++;
    }

    void addFirst(Waiting<T> waiting) {
        dequeFor(waiting).addFirst(waiting);
        size++;
    }

    private Deque<Waiting<T>> dequeFor(Waiting<T> waiting) {
        return classes.get(classOf(waiting.task.priority())).computeIfAbsent(waiting.task.line(), line -> new ArrayDeque<>());
    }

    /** The next one; null when nobody waits. */
    Waiting<T> poll() {
        taken++;
        boolean lowestFirst = taken % SHARE_OF_LOWEST == 0;
        for (int i = 0; i < classes.size(); i++) {
            Map<String, Deque<Waiting<T>>> lines = classes.get(lowestFirst ? classes.size() - 1 - i : i);
            Iterator<Map.Entry<String, Deque<Waiting<T>>>> first = lines.entrySet().iterator();
            if (first.hasNext()) {
                Map.Entry<String, Deque<Waiting<T>>> turn = first.next();
                String line = turn.getKey();
                Deque<Waiting<T>> deque = turn.getValue();
                first.remove();
                Waiting<T> next = deque.removeFirst();
                if (!deque.isEmpty()) {
                    lines.put(line, deque);
                }
                size--;
                return next;
            }
        }
        return null;
    }

    /** Takes one out of the middle; false when it is not there. */
    boolean remove(Waiting<T> waiting) {
        Map<String, Deque<Waiting<T>>> lines = classes.get(classOf(waiting.task.priority()));
        Deque<Waiting<T>> deque = lines.get(waiting.task.line());
        if (deque == null || !deque.remove(waiting)) {
            return false;
        }
        if (deque.isEmpty()) {
            lines.remove(waiting.task.line());
        }
        size--;
        return true;
    }

    List<Waiting<T>> drain() {
        List<Waiting<T>> all = new ArrayList<>();
        for (Waiting<T> next = poll(); next != null; next = poll()) {
            all.add(next);
        }
        return all;
    }

    /** When the one that has waited longest came; {@code now} when nobody waits. */
    long oldest(long now) {
        long age = 0;
        for (Map<String, Deque<Waiting<T>>> lines : classes) {
            for (Deque<Waiting<T>> deque : lines.values()) {
                age = Math.max(age, now - deque.peekFirst().since);
            }
        }
        return now - age;
    }
}
