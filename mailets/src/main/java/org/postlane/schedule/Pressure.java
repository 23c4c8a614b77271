// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when destinations that have not shown that they work wait for a turn and all of theirs are taken: as many turns as
 * destinations wait are asked to give way, and as many more as are too many since the number of turns was lowered: those first
 * that have got nowhere for longest, and none before its destination's patience is over. Otherwise some hundreds that do not
 * answer keep a new one waiting until their time-outs pass. Guarded by the scheduler's lock.
 */
final class Pressure<T extends Task> {
    private static final Trust[] UNPROVEN = {Trust.UNKNOWN, Trust.FAILING};
    private static final Logger LOGGER = LoggerFactory.getLogger(Pressure.class);

    private final Places places;
    private final Rotation<T> rotation;
    private final Calls calls;
    private final ScheduledExecutorService timers;
    private final Runnable lookAgain;
    private final int[] turnedAway = new int[UNPROVEN.length];
    private boolean looked;
    private long lookedAt;
    /** Null while nothing is to be looked at. */
    private ScheduledFuture<?> alarm;

    /** @param lookAgain called by a timer, without the lock, for {@link #relieve} to be called */
    Pressure(Places places, Rotation<T> rotation, Calls calls, ScheduledExecutorService timers, Runnable lookAgain) {
        this.places = places;
        this.rotation = rotation;
        this.calls = calls;
        this.timers = timers;
        this.lookAgain = lookAgain;
    }

    /** A turn that may give way, and for how long it had got nowhere when it was asked. */
    private static final class Candidate {
        private final GivenTurn<?> turn;
        private final Duration patience;
        private final long stalled;

        Candidate(GivenTurn<?> turn, Duration patience, long stalled) {
            this.turn = turn;
            this.patience = patience;
            this.stalled = stalled;
        }
    }

    /** A destination that holds nothing yet was refused a place: it comes again, and needs a turn then. */
    void turnedAway(Destination<T> destination, long now) {
        Trust trust = destination.trust(now);
        if (destination.held() == 0 && trust != Trust.WORKING) {
            turnedAway[trust == Trust.FAILING ? 1 : 0]++;
        }
    }

    /** To be called when all turns that there are have been given. */
    void relieve(long now) {
        if (!isOn()) {
            stop();
            return;
        }
        if (!looked || now - lookedAt >= SchedulerLimits.PRESSURE_LOOK.toNanos()) {
            looked = true;
            lookedAt = now;
            askSome(now);
        }
        watch(now);
    }

    private boolean isOn() {
        for (int i = 0; i < UNPROVEN.length; i++) {
            if (waiting(i) > 0) {
                return true;
            }
        }
        return false;
    }

    private int waiting(int kind) {
        return rotation.waitingForFirst(UNPROVEN[kind]) + turnedAway[kind];
    }

    private void askSome(long now) {
        List<Candidate> candidates = new ArrayList<>();
        int givingWay = look(candidates, now);
        int tooMany = places.tooManySinceLowered();
        for (int i = 0; i < UNPROVEN.length; i++) {
            Trust waiting = UNPROVEN[i];
            int wanted = waiting(i);
            turnedAway[i] = 0;
            if (wanted > 0) {
                wanted += tooMany;
                tooMany = 0;
            }
            int relieved = Math.min(wanted, givingWay);
            givingWay -= relieved;
            wanted -= relieved;
            Iterator<Candidate> next = candidates.iterator();
            while (next.hasNext() && wanted > 0) {
                Candidate candidate = next.next();
                if (places.makesRoom(candidate.turn.destination.turnsCountAs, waiting)) {
                    next.remove();
                    ask(candidate, now);
                    wanted--;
                }
            }
        }
    }

    private void ask(Candidate candidate, long now) {
        GivenTurn<?> turn = candidate.turn;
        LOGGER.debug("{} is to give way: it has got nowhere for {} s, and others wait", turn.destination.name,
            TimeUnit.NANOSECONDS.toSeconds(candidate.stalled));
        turn.askToGiveWay(now);
        calls.giveWay(turn.waiting.task, candidate.patience);
    }

    /** Finds who may be asked, those first that have got nowhere for longest; returns how many have just been asked. */
    private int look(List<Candidate> candidates, long now) {
        int givingWay = 0;
        for (Destination<?> destination : places.busy()) {
            if (destination.turnsCountAs == Trust.WORKING) {
                continue;
            }
            Duration patience = destination.patience();
            for (GivenTurn<?> turn : destination.turns) {
                if (turn.mayBeGivingWay(now)) {
                    givingWay++;
                } else if (turn.mayBeAsked(now)) {
                    long stalled = turn.waiting.task.nanosStalled();
                    if (stalled >= patience.toNanos()) {
                        candidates.add(new Candidate(turn, patience, stalled));
                    }
                }
            }
        }
        candidates.sort(Comparator.comparingLong((Candidate candidate) -> candidate.stalled).reversed());
        return givingWay;
    }

    private void watch(long now) {
        if (alarm != null) {
            return;
        }
        long wait = Math.max(1, SchedulerLimits.PRESSURE_LOOK.toNanos() - (now - lookedAt));
        try {
            alarm = timers.schedule(lookAgain, wait, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.debug("Nobody is asked to give way any more: the timers have stopped");
        }
    }

    void wentOff() {
        alarm = null;
    }

    private void stop() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }
}
