// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.util.ArrayList;
import java.util.List;

/** Answers that wait until the test lets them go. Thread-safe. */
public final class HeldAnswers {
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean released;

    HeldAnswers() {
    }

    /** How many questions wait for their answer now: lets a test know that they were asked. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** Answers all that wait, and from now on at once. What is said is what the zones hold at this moment. */
    public void release() {
        List<Runnable> answers;
        synchronized (this) {
            released = true;
            answers = List.copyOf(waiting);
            waiting.clear();
        }
        answers.forEach(Runnable::run);
    }

    void answer(Runnable answer) {
        synchronized (this) {
            if (!released) {
                waiting.add(answer);
                return;
            }
        }
        answer.run();
    }
}
