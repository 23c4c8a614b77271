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
import java.util.function.Consumer;

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

    private static final Refusal STOPPED = new Refusal(Refusal.Kind.CLOSED, "its threads have stopped", Duration.ZERO);
    private static final Refusal NO_THREAD = new Refusal(Refusal.Kind.NO_ROOM, "4.3.2 There is no thread for it", Duration.ZERO);

    private final Executor executor;
    private List<Call> decided = new ArrayList<>();

    Calls(Executor executor) {
        this.executor = executor;
    }

    /** A call, and what happens where there is no thread to make it: one of them, once. */
    final class Call implements Runnable {
        private final Runnable call;
        private final Consumer<Refusal> otherwise;
        private final AtomicBoolean made = new AtomicBoolean();

        Call(Runnable call, Consumer<Refusal> otherwise) {
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
                once(() -> otherwise.accept(STOPPED));
            } catch (RuntimeException | Error e) {
                // It may fail to start a thread now, and will have threads again: whoever offered the task brings it again.
                LOGGER.error("A task gets no thread and comes back later", e);
                once(() -> otherwise.accept(NO_THREAD));
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
        decided.add(new Call(() -> begin(task, turn), refusal -> {
            tell(task, refusal);
            turn.unused();
        }));
    }

    /** Guarded by the scheduler's lock. */
    void refuse(Task task, Refusal refusal) {
        decided.add(new Call(() -> tell(task, refusal), instead -> tell(task, refusal)));
    }

    /** Guarded by the scheduler's lock. */
    void giveWay(Task task, Duration stalledFor) {
        Runnable ask = () -> ask(task, stalledFor);
        decided.add(new Call(ask, refusal -> ask.run()));
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
