// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import org.postlane.pool.HostPermits;

/**
 * The permits of this node for one host. What the pool may have ({@code granted}) and what Redis counts for this node
 * ({@code held}) differ while connections are being given up: Redis is told of less only when they are closed. While the link
 * is down, and until Redis has answered after that, the pool may have this node's own share.
 *
 * <p>Safe for use by several threads. Asks with at most one question under way.
 */
final class SharedPermits implements HostPermits {
    private final PermitTable table;
    private final String host;
    private Runnable changed;
    /** As the pool told last. */
    private int limit;
    private int open;
    private int closing;
    private int idle;
    private int needed;
    private int granted;
    private int held;
    /** Whether Redis decides; else this node's share holds. */
    private boolean shared;
    private boolean asked;
    /** Whether Redis has to be told how it stands, whatever has changed. */
    private boolean untold;
    /** Redis had fewer than were needed, and writes to those who have some. */
    private boolean waits;
    private Notice notice = Notice.NONE;
    /** What is not needed goes back now: not with each change, for it may be needed a moment later. */
    private boolean trims;
    private boolean closed;

    /** What other nodes ask of this one. */
    enum Notice {
        /** Nothing. */
        NONE,
        /** One that is not used. */
        SPARE,
        /** One, used or not: they have fewer. */
        ONE
    }

    SharedPermits(PermitTable table, String host) {
        this.table = table;
        this.host = host;
        this.shared = table.isUp();
    }

    /** The pool connects there, perhaps once more. */
    synchronized void reopen(Runnable tell) {
        changed = tell;
        closed = false;
    }

    @Override
    public synchronized int most() {
        if (!shared) {
            return table.share(limit);
        }
        return table.isSilent() ? Math.max(granted, table.share(limit)) : granted;
    }

    @Override
    public synchronized void use(int limitNow, int openNow, int closingNow, int idleNow, int neededNow) {
        limit = limitNow;
        open = openNow;
        closing = closingNow;
        idle = idleNow;
        needed = neededNow;
        decide();
    }

    @Override
    public void close() {
        synchronized (this) {
            use(limit, 0, 0, 0, 0);
            closed = true;
        }
        table.closed(host);
    }

    private void decide() {
        if (!table.isUp()) {
            if (!table.isSilent()) {
                forget();
            }
            return;
        }
        if (!shared) {
            ask(open, Math.max(open, mayAskFor()));
            return;
        }
        giveUpOne();
        if (trims) {
            trims = false;
            granted = Math.min(granted, Math.max(open, needed));
        }
        boolean isGivingUp = open > granted;
        int keep = Math.max(open, granted);
        int need = isGivingUp ? keep : Math.max(keep, mayAskFor());
        boolean wantsMore = need > keep;
        if (untold || held != keep || (wantsMore && !waits) || (waits && !wantsMore)) {
            ask(keep, need);
        }
    }

    private int mayAskFor() {
        return Math.min(needed, table.mostToAskFor(limit));
    }

    private void giveUpOne() {
        // One after the other: who is about to come back was given up already.
        boolean isGivingUp = open - closing > granted;
        boolean gives = notice == Notice.ONE || (notice == Notice.SPARE && (idle > 0 || granted > needed));
        if (gives && !isGivingUp && granted > 0) {
            granted--;
        }
        notice = Notice.NONE;
    }

    private void ask(int keep, int need) {
        if (asked) {
            return;
        }
        asked = true;
        untold = false;
        table.ask(host, limit, keep, need, reply -> answered(keep, need, reply));
    }

    private void answered(int keep, int need, PermitTable.Reply reply) {
        Runnable tell;
        synchronized (this) {
            asked = false;
            if (reply == null) {
                // The link goes down, or the next tick asks again; until then, and where Redis refuses nothing but this, the
                // node keeps to its share. What it was granted before it still holds.
                untold = true;
                shared &= table.isSilent();
                return;
            }
            int before = shared ? granted : keep;
            shared = true;
            held = reply.count();
            granted = Math.min(before + reply.count() - keep, reply.aim());
            waits = reply.count() < need;
            tell = changed;
        }
        tell.run();
    }

    /** Whatever Redis knew of this node, it knows no more. */
    private void forget() {
        shared = false;
        waits = false;
        held = 0;
    }

    /** Another node asks for one. */
    void notice(Notice wanted) {
        Runnable tell;
        synchronized (this) {
            notice = wanted;
            tell = changed;
        }
        tell.run();
    }

    /**
     * Time has passed.
     *
     * @param renews whether Redis has to be told how it stands, or it forgets
     */
    void tick(boolean renews) {
        Runnable tell;
        synchronized (this) {
            // Who still waits says so again, and who waits no more says that.
            untold |= waits || renews;
            waits = false;
            trims = granted > Math.max(open, needed);
            if (closed) {
                // The pool does not come to tell any more.
                decide();
                return;
            }
            if (!untold && !trims && shared && needed <= granted) {
                return;
            }
            tell = changed;
        }
        tell.run();
    }

    /** Whether the pool has forgotten it, and Redis too. */
    synchronized boolean isForgettable() {
        return closed && held == 0 && !asked && (granted == 0 || !shared);
    }

    /** Whether Redis should count something for this node. */
    synchronized boolean isHeld() {
        return shared && held > 0;
    }

    /** Redis knows no more what this node has, which it keeps. */
    void forgotten() {
        Runnable tell;
        synchronized (this) {
            untold = true;
            waits = false;
            if (closed) {
                held = 0;
                return;
            }
            tell = changed;
        }
        tell.run();
    }

    /** Redis does not answer, or does again after a moment. What was granted still is. */
    void silenceChanged() {
        Runnable tell;
        synchronized (this) {
            if (shared && !table.isSilent()) {
                // What was opened meanwhile is counted from now on.
                granted = Math.max(granted, open);
                untold = true;
            }
            tell = changed;
        }
        tell.run();
    }

    /** The link went up or down. */
    void linkChanged() {
        Runnable tell;
        synchronized (this) {
            forget();
            tell = changed;
        }
        tell.run();
    }

    @Override
    public synchronized String toString() {
        return host + ": open " + open + ", needed " + needed + ", granted " + most() + ", held " + held;
    }
}
