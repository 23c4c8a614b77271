// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** One destination: what waits there, and whether it may have a turn. Guarded by the scheduler's lock. */
final class Destination<T extends Task> {
    /** Beyond any cap. */
    private static final int MOST_DOUBLINGS = 16;

    final String name;
    final FairLine<T> line = new FairLine<>();
    final Penalty penalty = new Penalty();
    final Progress progress = new Progress();
    final StandingOrder order = new StandingOrder();
    private final ConcurrencyWindow window;
    private DestinationLimits limits;
    private Pace pace;
    /** When its rate lets it go on, where it has been asked. */
    private long dueAt;
    private boolean waitsForRate;
    int underWay;
    /** The turns that are under way, oldest first. */
    final Set<GivenTurn<T>> turns = new LinkedHashSet<>();
    /** How often in a row one of its turns was to give way to others. */
    private int gaveWay;
    private long gaveWayAt;
    private final Bookings bookings;
    /** Since when it has always had something to do. */
    private long busySince;
    /** In whose share of the turns its own are counted, where it has any. */
    Trust turnsCountAs = Trust.UNKNOWN;
    /** How often it has been penalised: what began before the last time says nothing about now. */
    private int round;
    private boolean probing;
    /** Where it stands in the rotation; null when it may have no turn. */
    Rotation.Slot slot;
    /** Will look at it again; null when nothing will. */
    Alarms.Alarm alarm;
    long lastUsed;
    private String lastError;
    private long lastErrorAt;
    private long failed;
    private long refused;

    /** @param due called without a lock when its rate may let it go on earlier than it said */
    Destination(String name, DestinationLimits limits, Paces paces, Consumer<Destination<T>> due, long now) {
        this.name = name;
        this.limits = limits;
        this.window = new ConcurrencyWindow(limits.concurrency());
        this.pace = paces.of(name, limits.rate(), () -> due.accept(this));
        this.lastUsed = now;
        this.bookings = new Bookings(now);
        this.busySince = now;
    }

    void limit(DestinationLimits changed) {
        if (!changed.rate().equals(limits.rate())) {
            pace = pace.changedTo(changed.rate());
            waitsForRate = false;
        }
        window.limitTo(changed.concurrency());
        limits = changed;
    }

    Trust trust(long now) {
        return penalty.isOn() ? Trust.FAILING : progress.isRecent(now) ? Trust.WORKING : Trust.UNKNOWN;
    }

    /** Tasks that wait or have their turn. */
    int held() {
        return line.size() + underWay;
    }

    /** Whether its state lets another turn begin now, as far as its rate is known. */
    boolean mayStart(long now) {
        if (line.size() == 0 || order.isGiven(now) || penalty.isActive(now) || nanosUntilRate(now) > 0) {
            return false;
        }
        return penalty.isOn() ? !probing : underWay < window.size();
    }

    /** In how many nanoseconds time alone may let a turn begin; 0 when time has nothing to do with it. */
    long nanosUntilTimeHelps(long now) {
        return line.size() == 0 ? 0 : Math.max(penalty.nanosLeft(now), nanosUntilRate(now));
    }

    private long nanosUntilRate(long now) {
        if (waitsForRate && dueAt - now <= 0) {
            waitsForRate = false;
        }
        return waitsForRate ? dueAt - now : 0;
    }

    /** Its rate is to be asked again. */
    void mayBeDue() {
        waitsForRate = false;
    }

    /** Takes one from the rate; false when none is due. */
    boolean takeFromRate(long now) {
        long wait = pace.take();
        if (wait > 0) {
            dueAt = now + wait;
            waitsForRate = true;
        }
        return wait == 0;
    }

    /** Begins a turn; returns the round that it belongs to. */
    int begin() {
        underWay++;
        probing |= penalty.isOn();
        return round;
    }

    void end(int began) {
        underWay--;
        if (began == round) {
            // While a penalty is on, nothing but the probe began in its round.
            probing = false;
        }
    }

    /** For how long a turn may get nowhere while others wait. */
    Duration patience() {
        Duration grown = SchedulerLimits.PATIENCE.multipliedBy(1L << Math.min(gaveWay, MOST_DOUBLINGS));
        return grown.compareTo(SchedulerLimits.LONGEST_PATIENCE) > 0 ? SchedulerLimits.LONGEST_PATIENCE : grown;
    }

    /** Those of its turns that give way at the same moment count once. */
    void gaveWay(long now) {
        if (gaveWay == 0 || gaveWayAt != now) {
            gaveWay++;
            gaveWayAt = now;
        }
    }

    /** @param foundFree whether the turn found free what it needed; else more turns would only stand in line behind it */
    void succeeded(boolean foundFree, long now) {
        gaveWay = 0;
        penalty.lift();
        window.succeeded(foundFree && isWindowUsed(), now);
        progress.made(now);
    }

    /** What was never used says nothing about whether more would be too much (as in RFC 7661). The turn that ended counts. */
    private boolean isWindowUsed() {
        return window.size() < SchedulerLimits.SMALL_WINDOW || 2 * (underWay + 1) >= window.size();
    }

    /** It refuses one more than those under way. Returns whether it is penalised from now on: when there are none. */
    boolean refusedOneMore(int began, String why, long now, double dice) {
        if (underWay == 0 || penalty.isOn() || began != round) {
            return failed(began, why, now, dice);
        }
        failed++;
        lastError = why;
        lastErrorAt = now;
        window.holdAt(underWay, now);
        return false;
    }

    /** Returns whether it is penalised from now on. */
    boolean failed(int began, String why, long now, double dice) {
        failed++;
        lastError = why;
        lastErrorAt = now;
        if (began != round) {
            // Another turn of the same hopeless round: one penalty is enough.
            return false;
        }
        if (penalty.isOn() || window.failed()) {
            penalty.impose(now, dice);
            window.restart();
            round++;
            probing = false;
            return true;
        }
        return false;
    }

    /** Whether who was refused once more may wait for another turn: not where nothing has worked lately, or it takes long. */
    boolean mayWaitAgain(long now) {
        return !penalty.isOn() || (!penalty.isLong() && progress.isRecent(now));
    }

    void countRefused() {
        refused++;
    }

    /** Why no task may come in now, whatever room there is; null when it may. */
    Refusal refusal(long now) {
        Refusal said = refusalBySay(now);
        if (said != null) {
            return said;
        }
        return penalty.isActive(now) && penalty.isLong() ? penalised(now) : null;
    }

    /** What an administrator said, if it is against it. */
    Refusal refusalBySay(long now) {
        return order.isBouncing(now) ? new Refusal(Refusal.Kind.BOUNCED, order.reason(), Duration.ZERO)
            : order.isSuspension(now) ? new Refusal(Refusal.Kind.NO_ROOM, "suspended", Duration.ZERO)
            : null;
    }

    Refusal penalised(long now) {
        return new Refusal(Refusal.Kind.PENALISED, lastError(), penalty.away(now));
    }

    Refusal noRoom(long now) {
        return new Refusal(Refusal.Kind.NO_ROOM, "4.4.5 The destination has more waiting than it takes in time"
            + (lastError == null ? "" : "; its last error: " + lastError), Duration.ofNanos(nanosUntilRoom(now)));
    }

    /** In how many nanoseconds who finds no room is expected again; 0 when nobody knows. */
    private long nanosUntilRoom(long now) {
        long firstLook = SchedulerLimits.FIRST_LOOK.toNanos() - (now - busySince);
        if (held() > 0 && firstLook > 0) {
            // Its turns still become more: what it has got done so far says nothing about how soon there is room.
            return firstLook;
        }
        if (trust(now) == Trust.WORKING) {
            long one = (long) (progress.nanosForOne(now) * SchedulerLimits.BROUGHT_AGAIN);
            return bookings.next(held(), one, now);
        }
        // What comes back while the first still gets nowhere has only been carried to and fro.
        return Math.min(nanosGettingNowhere(now) * SchedulerLimits.UNPROVEN_WAIT, SchedulerLimits.EXPECTED_WITHIN.toNanos());
    }

    private long nanosGettingNowhere(long now) {
        return held() == 0 ? 0 : Math.min(now - busySince, progress.nanosSince(now));
    }

    /** Something comes to it, and may find room. */
    void comes(long now) {
        if (held() == 0) {
            busySince = now;
            progress.resumed(now);
        }
    }

    /** Whether it gets so much done, or has begun so lately, that who waits for room here does not wait long. */
    boolean isAboutToHaveRoom(long now) {
        return held() < roomByRate() && (isBeingLookedAt(now)
            || (trust(now) == Trust.WORKING && progress.isWithin(SchedulerLimits.ABOUT_TO_HAVE_ROOM.toNanos(), now)));
    }

    /** Whether it has got something to do a moment ago, and nothing done since: it may show at once that it works. */
    private boolean isBeingLookedAt(long now) {
        long busy = now - busySince;
        return trust(now) != Trust.FAILING && underWay > 0 && busy < SchedulerLimits.FIRST_LOOK.toNanos()
            && progress.nanosSince(now) > busy;
    }

    private String lastError() {
        return lastError == null ? "no error so far" : lastError;
    }

    /** What may wait here at its rate: more would only be held for long. */
    int roomByRate() {
        return limits.rate().dueIn(SchedulerLimits.USEFUL)
            .map(due -> Math.max(SchedulerLimits.LEAST_ROOM, due))
            .orElse(Integer.MAX_VALUE);
    }

    /** What gets done here so soon that it may be held however crowded it is. */
    int usefulRoom(long now) {
        return Math.max(SchedulerLimits.LEAST_ROOM, progress.inUsefulTime(now));
    }

    /** Whether forgetting it would lose nothing but figures. */
    boolean isForgettable(long now) {
        long unused = now - lastUsed;
        return isIdle(now) && !penalty.isActive(now) && !progress.isRecent(now)
            && unused > (penalty.isOn() ? SchedulerLimits.FAILURE_MATTERS_FOR : SchedulerLimits.PROVEN_FOR).toNanos()
            && unused > limits.rate().period().toNanos();
    }

    /** Whether it has no work and nobody has said anything about it. */
    boolean isIdle(long now) {
        return line.size() == 0 && underWay == 0 && !order.isGiven(now);
    }

    DestinationStatus status(long now) {
        DestinationStatus status = new DestinationStatus(name);
        status.waiting = line.size();
        status.underWay = underWay;
        status.concurrency = penalty.isOn() ? 1 : window.size();
        status.oldestWaiting = Duration.ofNanos(line.longestWait(now));
        status.lastError = lastError;
        status.lastErrorAgo = lastError == null ? null : Duration.ofNanos(now - lastErrorAt);
        status.succeeded = progress.total();
        status.failed = failed;
        status.refused = refused;
        status.limits = limits;
        status.state = state(now);
        if (order.isGiven(now)) {
            status.remaining = order.remaining(now);
        } else if (penalty.isActive(now)) {
            status.remaining = penalty.remaining(now);
        }
        return status;
    }

    private DestinationStatus.State state(long now) {
        return order.isSuspension(now) ? DestinationStatus.State.SUSPENDED
            : order.isBouncing(now) ? DestinationStatus.State.BOUNCING
            : !penalty.isOn() ? DestinationStatus.State.READY
            : penalty.isActive(now) ? DestinationStatus.State.PENALISED
            : DestinationStatus.State.PROBING;
    }
}
