// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells tasks what was decided: decisions are added under the scheduler's lock and carried out after it, each by itself on the
 * executor, so that one that blocks holds up no other. An executor that runs them at once is no danger for the stack.
 */
final class Calls {
    private static final Logger LOGGER = LoggerFactory.getLogger(Calls.class);

    /** What this thread is handing over just now, further down its stack, for whichever scheduler. */
    private static final ThreadLocal<Deque<Call>> HANDING = new ThreadLocal<>();

    private final Executor executor;
    private List<Call> decided = new ArrayList<>();

    Calls(Executor executor) {
        this.executor = executor;
    }

    /** A call, and what happens where there is no thread to make it any more: one of them, once. */
    final class Call implements Runnable {
        private final Runnable call;
        private final Runnable otherwise;
        private final AtomicBoolean made = new AtomicBoolean();

        Call(Runnable call, Runnable otherwise) {
            this.call = call;
            this.otherwise = otherwise;
        }

        @Override
        public void run() {
            once(call);
        }

        void handOver() {
            try {
                executor.execute(this);
            } catch (RejectedExecutionException e) {
                LOGGER.debug("A task is called on the thread that is here: the others have stopped");
                once(otherwise);
            } catch (RuntimeException | Error e) {
                // Whoever offered it must hear of it, or it is lost: an executor may fail to start a thread, too.
                LOGGER.error("The executor failed", e);
                once(otherwise);
            }
        }

        private void once(Runnable way) {
            if (made.compareAndSet(false, true)) {
                way.run();
            }
        }
    }

    /** Guarded by the scheduler's lock. */
    void start(Task task, Turn turn) {
        decided.add(new Call(() -> begin(task, turn), () -> {
            tell(task, new Refusal(Refusal.Kind.CLOSED, "its threads have stopped", Duration.ZERO));
            turn.unused();
        }));
    }

    /** Guarded by the scheduler's lock. */
    void refuse(Task task, Refusal refusal) {
        decided.add(new Call(() -> tell(task, refusal), () -> tell(task, refusal)));
    }

    /** Guarded by the scheduler's lock. */
    void giveWay(Task task, Duration stalledFor) {
        Runnable ask = () -> ask(task, stalledFor);
        decided.add(new Call(ask, ask));
    }

    /** Guarded by the scheduler's lock. */
    List<Call> taken() {
        if (decided.isEmpty()) {
            return List.of();
        }
        List<Call> all = decided;
        decided = new ArrayList<>();
        return all;
    }

    /** Carries out what was taken; without the lock. */
    void make(List<Call> calls) {
        if (calls.isEmpty()) {
            return;
        }
        Deque<Call> mine = HANDING.get();
        if (mine != null) {
            mine.addAll(calls);
            return;
        }
        mine = new ArrayDeque<>(calls);
        HANDING.set(mine);
        try {
            for (Call call = mine.poll(); call != null; call = mine.poll()) {
                call.handOver();
            }
        } finally {
            HANDING.remove();
        }
    }

    private static void begin(Task task, Turn turn) {
        try {
            task.start(turn);
        } catch (RuntimeException | Error e) {
            LOGGER.error("A task for {} failed in its turn, which ends", turn.destination(), e);
            turn.unused();
        }
    }

    private static void ask(Task task, Duration stalledFor) {
        try {
            task.giveWay(stalledFor);
        } catch (RuntimeException | Error e) {
            LOGGER.error("A task that was asked to give way failed", e);
        }
    }

    private static void tell(Task task, Refusal refusal) {
        try {
            task.refused(refusal);
        } catch (RuntimeException | Error e) {
            LOGGER.error("A task that was refused ({}) failed", refusal, e);
        }
    }
}
