// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.postlane.pool.AcquireTimeoutException;
import org.postlane.pool.DiscardReason;
import org.postlane.pool.Lease;
import org.postlane.pool.OpeningStalledException;
import org.postlane.pool.Pool;

/**
 * The connection of an attempt at one host, from being asked for to being given back; one at a time. Who ends the attempt early
 * finds here what to end.
 *
 * <p>One thread at a time asks, holds and gives back; the others may be called by any thread at any time.
 */
final class HeldConnection {
    private final Pool<ConnectionKey, PooledConnection> pool;
    /** Null while nothing was asked for. */
    private volatile CompletableFuture<Lease<PooledConnection>> asked;
    /** Null while there is none. */
    private volatile Lease<PooledConnection> lease;
    /** That of the lease, for those who may come too late: given back, the lease tells nobody what it was about. */
    private volatile PooledConnection connection;
    /** Whether somebody else may have it too from now on. */
    private volatile boolean letFollow;
    /** Whether that has been cut off. Guarded by this object's lock. */
    private boolean cutOff;
    /** Whether anything was sent over it. Guarded by this object's lock. */
    private boolean begun;
    /** When it last got a step further: where something new was begun. */
    private volatile long lastStep = System.nanoTime();
    private long askedAt;
    private long cameAt;
    private volatile boolean stoodInLine;
    private volatile boolean isOurTurn;
    private volatile boolean givenUp;
    private volatile boolean cutShort;
    private volatile boolean gaveWay;

    HeldConnection(Pool<ConnectionKey, PooledConnection> pool) {
        this.pool = pool;
    }

    /** It was asked for. */
    void asked(CompletableFuture<Lease<PooledConnection>> future) {
        cutShort = false;
        asked = future;
        stepMade();
        askedAt = lastStep;
        if (givenUp) {
            future.cancel(false);
        }
    }

    /** It has come. */
    void came(Lease<PooledConnection> acquired) {
        // First: a connection in reserve has had nothing to do for long.
        stepMade();
        cameAt = lastStep;
        synchronized (this) {
            lease = acquired;
            connection = acquired.resource();
            cutOff = false;
            begun = false;
            letFollow = false;
        }
    }

    /** It did not come. */
    void failedToCome(Throwable failure) {
        if (cutShort && (failure instanceof OpeningStalledException || failure instanceof AcquireTimeoutException)) {
            gaveWay = true;
        }
    }

    /** The server is awaited from now on, for the next step. */
    void stepMade() {
        lastStep = System.nanoTime();
        isOurTurn = false;
    }

    /** The server waits for us from now on, until the next step. */
    void ourTurn() {
        isOurTurn = true;
    }

    boolean isThere() {
        return lease != null;
    }

    boolean isReused() {
        return lease.isReused();
    }

    PooledConnection get() {
        return connection;
    }

    /** Whether mails of others were on their way over it when it came. */
    boolean isFollowing() {
        return lease.isFollowing();
    }

    /**
     * Something is sent over it from now on.
     *
     * @return false where it was given up while only others had something on their way there: it goes back to them as it is
     */
    synchronized boolean begin() {
        begun |= !givenUp || cutOff;
        return begun;
    }

    /** All of the mail is on its way, and nothing follows it from here: somebody else may send. */
    void letFollow() {
        Lease<PooledConnection> held = lease;
        if (held != null) {
            letFollow = true;
            held.letFollow();
        }
    }

    /** Whether somebody else may send: then nothing more may be sent from here. */
    boolean hasLetFollow() {
        return letFollow;
    }

    /** Back into reserve, if it can be used again when all who have it have given it back; the pool asks. */
    void giveBack() {
        Lease<PooledConnection> held = lease;
        if (letGo()) {
            held.release();
        } else {
            held.discard(DiscardReason.BROKEN);
        }
    }

    void discard(DiscardReason reason) {
        Lease<PooledConnection> held = lease;
        letGo();
        held.discard(reason);
    }

    /** From here on nobody here ends it any more: it may be somebody else's. Returns whether nobody has ended it before. */
    private synchronized boolean letGo() {
        // Who had one opened has waited for the host, and not for others.
        stoodInLine |= (lease.isReused() || lease.isFollowing()) && cameAt - askedAt > System.nanoTime() - cameAt;
        lease = null;
        connection = null;
        return !cutOff;
    }

    /** Whether it was closed because others waited, now that a transaction has ended. */
    boolean noticesGivenWay() {
        if (get().connection().hasGivenWay()) {
            gaveWay = true;
        }
        return gaveWay;
    }

    /** Gives up the place in the line for a connection, or cuts off what is under way. */
    void giveUp() {
        givenUp = true;
        CompletableFuture<Lease<PooledConnection>> waiting = asked;
        if (waiting != null) {
            waiting.cancel(false);
        }
        synchronized (this) {
            if (connection != null && (begun || !lease.isFollowing())) {
                cutOff = true;
                connection.abort();
            }
        }
    }

    boolean isGivenUp() {
        return givenUp;
    }

    /** For how long the host has got nowhere, in nanoseconds; negative where giving way would be wrong. */
    long nanosStalled() {
        if (isOurTurn) {
            return -1;
        }
        PooledConnection held = connection;
        long sinceStep = System.nanoTime() - lastStep;
        return held == null ? sinceStep : Math.min(sinceStep, held.connection().nanosStalled());
    }

    /** Ends it soon, as if a time limit had passed, where it has still got nowhere for so long. Nothing is ambiguous then. */
    void giveWay(Duration stalledFor) {
        CompletableFuture<Lease<PooledConnection>> waiting = asked;
        if (nanosStalled() < stalledFor.toNanos()) {
            return;
        }
        synchronized (this) {
            if (connection != null) {
                connection.connection().giveWay(stalledFor);
                return;
            }
        }
        if (waiting != null) {
            cutShort = true;
            pool.cutShort(waiting, stalledFor);
        }
    }

    /** Whether others had all connections for longer than it then had one. */
    boolean hasStoodInLine() {
        return stoodInLine;
    }

    /** Whether it has ended because others waited for its place, and not by itself. */
    boolean hasGivenWay() {
        return gaveWay;
    }
}
