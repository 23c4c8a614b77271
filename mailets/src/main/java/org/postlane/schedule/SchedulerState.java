// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * The decisions of a {@link Scheduler}: who comes in, whose turn it is, what is learnt from how it ended. Guarded by the
 * scheduler's lock; what has to happen outside is left as calls. Times are nanoseconds of the scheduler's clock.
 */
final class SchedulerState<T extends Task> {
    private final Calls calls;
    private final Alarms<T> alarms;
    private final DoubleSupplier dice;
    private final Places places;
    private final Crowds crowds;
    private final Rotation<T> rotation;
    private final Pressure<T> pressure;
    private final KnownDestinations<T> known;
    private boolean closed;

    /**
     * As {@link Scheduler}.
     *
     * @param change makes a decision under the lock, called without it
     */
    SchedulerState(SchedulerLimits limits, Function<String, DestinationLimits> limitsOf, Calls calls,
                   ScheduledExecutorService timers, Paces paces, DoubleSupplier dice, Consumer<LongConsumer> change) {
        this.calls = calls;
        this.dice = dice;
        this.places = new Places(limits);
        this.crowds = new Crowds(places);
        this.rotation = new Rotation<>(places);
        this.known = new KnownDestinations<>(limitsOf, paces, destination -> change.accept(now -> due(destination, now)));
        this.alarms = new Alarms<>(timers, destination -> change.accept(now -> wake(destination, now)));
        this.pressure = new Pressure<>(places, rotation, calls, timers, () -> change.accept(now -> pressureWentOff()));
    }

    void offer(String destination, Waiting<T> waiting, long now) {
        admit(known.get(destination, now), waiting, now);
    }

    private void admit(Destination<T> destination, Waiting<T> waiting, long now) {
        destination.comes(now);
        Refusal refusal = closed ? closed() : destination.refusal(now);
        if (refusal == null && !places.hasRoom(destination, now)) {
            refusal = crowds.join(destination, now) ? null : destination.noRoom(now);
            pressure.turnedAway(destination, now);
        }
        if (refusal != null) {
            refuse(destination, waiting, refusal);
            return;
        }
        waiting.enter(destination, now, destination.trust(now));
        places.take(waiting.trust());
        destination.line.add(waiting);
        look(destination, now);
    }

    boolean withdraw(Waiting<T> waiting, long now) {
        Destination<T> destination = waiting.destination();
        if (destination == null || !destination.line.remove(waiting)) {
            return false;
        }
        places.free(waiting.trust());
        look(destination, now);
        return true;
    }

    private static Refusal closed() {
        return new Refusal(Refusal.Kind.CLOSED, "closed", Duration.ZERO);
    }

    private void refuse(Destination<T> destination, Waiting<T> waiting, Refusal refusal) {
        destination.countRefused();
        calls.refuse(waiting.task, refusal);
    }

    private void refuseAll(Destination<T> destination, Refusal refusal, long now) {
        for (Waiting<T> waiting : destination.line.drain()) {
            places.free(waiting.trust());
            refuse(destination, waiting, refusal);
        }
        look(destination, now);
    }

    /** To be called after each decision: gives the turns that there are. */
    void pump(Scheduler<T> scheduler, long now) {
        places.recountSometimes(now);
        for (Destination<T> next = rotation.next(now); next != null; next = rotation.next(now)) {
            if (next.takeFromRate(now)) {
                startOne(scheduler, next, now);
            }
            look(next, now);
        }
        pressure.relieve(now);
    }

    private void startOne(Scheduler<T> scheduler, Destination<T> destination, long now) {
        Waiting<T> waiting = destination.line.poll();
        places.startTurn(destination, now);
        GivenTurn<T> turn = new GivenTurn<>(scheduler, destination, waiting);
        destination.turns.add(turn);
        calls.start(waiting.task, turn);
    }

    /** To be called whenever something about a destination has changed: lets it have its turns, now or when time allows it. */
    private void look(Destination<T> destination, long now) {
        places.recount(destination, now);
        rotation.update(destination, now);
        long wait = destination.nanosUntilTimeHelps(now);
        if (wait > 0 && !closed) {
            alarms.set(destination, wait, now);
        }
    }

    private void wake(Destination<T> destination, long now) {
        alarms.wentOff(destination);
        look(destination, now);
    }

    private void due(Destination<T> destination, long now) {
        destination.mayBeDue();
        look(destination, now);
    }

    private void pressureWentOff() {
        pressure.wentOff();
    }

    void suspend(String name, Optional<Duration> time, long now) {
        Destination<T> destination = known.get(name, now);
        destination.order.suspend(time.map(limit -> now + limit.toNanos()));
        obey(destination, now);
    }

    void bounce(String name, Duration time, String reason, long now) {
        Destination<T> destination = known.get(name, now);
        destination.order.bounce(now + time.toNanos(), reason);
        obey(destination, now);
    }

    private void obey(Destination<T> destination, long now) {
        Refusal said = destination.refusalBySay(now);
        // An order for no time is over before it began.
        if (said != null) {
            refuseAll(destination, said, now);
        }
    }

    void resume(String name, long now) {
        Destination<T> destination = known.peek(name);
        if (destination != null) {
            destination.order.takeBack();
            look(destination, now);
        }
    }

    void retryNow(String name, long now) {
        Destination<T> destination = known.peek(name);
        if (destination != null) {
            destination.penalty.cutShort(now);
            look(destination, now);
        }
    }

    void limit(Function<String, DestinationLimits> changed, long now) {
        known.limit(changed);
        known.all().forEach(destination -> look(destination, now));
    }

    void limitTurns(int turns) {
        places.limitTurns(turns);
    }

    void close(long now) {
        closed = true;
        known.all().forEach(destination -> refuseAll(destination, closed(), now));
    }

    List<DestinationStatus> destinations(long now) {
        return known.all().stream().map(destination -> destination.status(now)).collect(Collectors.toList());
    }

    Optional<DestinationStatus> destination(String name, long now) {
        return Optional.ofNullable(known.peek(name)).map(destination -> destination.status(now));
    }

    int held() {
        return places.taken();
    }

    boolean mayBeCrowded() {
        return !crowds.areNone();
    }

    boolean isCrowded(long now) {
        return crowds.areInTheWay(now);
    }

    int turns() {
        return places.turns();
    }

    /** Ends a turn, and says what was learnt. */
    void end(GivenTurn<T> turn, LongConsumer learnt, long now) {
        places.endTurn(turn.destination);
        turn.destination.turns.remove(turn);
        turn.destination.end(turn.round);
        places.free(turn.waiting.trust());
        learnt.accept(now);
        look(turn.destination, now);
    }

    void succeed(GivenTurn<T> turn, long now) {
        turn.destination.succeeded(!turn.hasStoodInLine(), now);
        crowds.worked(now);
    }

    void fail(GivenTurn<T> turn, String why, long now) {
        if (turn.destination.failed(turn.round, why, now, dice.getAsDouble())) {
            penalised(turn.destination, now);
        }
    }

    void refuseOneMore(GivenTurn<T> turn, String why, long now) {
        if (turn.destination.refusedOneMore(turn.round, why, now, dice.getAsDouble())) {
            penalised(turn.destination, now);
        }
    }

    private void penalised(Destination<T> destination, long now) {
        if (destination.penalty.isLong()) {
            refuseAll(destination, destination.penalised(now), now);
        }
    }

    /** Lets the task of a turn that has ended wait for another. */
    boolean waitAgain(GivenTurn<T> turn, long now) {
        Destination<T> destination = turn.destination;
        if (closed || !destination.mayWaitAgain(now) || destination.order.isGiven(now)) {
            return false;
        }
        places.take(turn.waiting.trust());
        destination.line.addAgain(turn.waiting);
        return true;
    }

    /** Offers the task of a turn that has ended elsewhere. */
    void pass(GivenTurn<T> turn, String other, long now) {
        succeed(turn, now);
        admit(known.get(other, now), turn.waiting, now);
    }
}
