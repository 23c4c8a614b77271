// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.util.ArrayDeque;
import java.util.Deque;

/** How many runs a lane has at a time, from its queue and straight from the spool together. Safe for use by several threads. */
final class Places {
    private final int most;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int taken;

    Places(int most) {
        this.most = most;
    }

    /** Takes a place if there is one that nobody waits for. */
    synchronized boolean tryTake() {
        if (taken >= most) {
            return false;
        }
        taken++;
        return true;
    }

    /** Takes a place, now or when one is given back, and then runs this. */
    void take(Runnable then) {
        synchronized (this) {
            if (taken >= most) {
                waiting.add(then);
                return;
            }
            taken++;
        }
        then.run();
    }

    /** Gives a place to whoever waits longest. */
    void giveBack() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                taken--;
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
