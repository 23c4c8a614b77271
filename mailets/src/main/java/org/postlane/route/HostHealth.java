// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

import com.github.benmanes.caffeine.cache.Caffeine;

/**
 * Remembers hosts that could not be reached. For a while they stand behind the others of a route, so that not every mail waits
 * for the same time-out; they are never left out. When the while is over, one route has the host in its place again, to try it,
 * and the others only when that went well. Safe for use by several threads.
 */
public final class HostHealth {
    /** As long as two time-outs of a connect: a shorter while would be over before the first mail had found out. */
    private static final Duration FIRST_WHILE = Duration.ofMinutes(1);
    /** A gateway that is back should have its share soon. */
    private static final Duration LONGEST_WHILE = Duration.ofMinutes(10);
    private static final int DOUBLINGS = 4;
    /** Few hosts are down at once; what does not fit is found out again. */
    private static final int MOST_HOSTS = 10_000;

    private final ConcurrentMap<InetSocketAddress, Failing> failing;
    private final LongSupplier nanoTime;

    /** An empty memory. */
    public HostHealth() {
        this(System::nanoTime);
    }

    /** An empty memory by this clock of nanoseconds, which begins anywhere. */
    public HostHealth(LongSupplier nanoTime) {
        this.failing = Caffeine.newBuilder().maximumSize(MOST_HOSTS).expireAfterAccess(LONGEST_WHILE.multipliedBy(2))
            .<InetSocketAddress, Failing>build().asMap();
        this.nanoTime = nanoTime;
    }

    /** What became of a connection. */
    void report(InetSocketAddress host, boolean reached) {
        if (reached) {
            // Removing what is not there is cheap, and most hosts are well.
            failing.remove(host);
        } else {
            failing.compute(host, (key, before) -> Failing.again(before, nanoTime.getAsLong()));
        }
    }

    /** The hosts that are well in their order, then the others in theirs. */
    List<Host> order(List<Host> hosts) {
        if (failing.isEmpty()) {
            return hosts;
        }
        List<Host> well = new ArrayList<>();
        List<Host> others = new ArrayList<>();
        for (Host host : hosts) {
            (isBehind(host.address()) ? others : well).add(host);
        }
        well.addAll(others);
        return well;
    }

    private boolean isBehind(InetSocketAddress host) {
        Failing known = failing.get(host);
        if (known == null) {
            return false;
        }
        long now = nanoTime.getAsLong();
        // Whoever puts the new while in place is the one that tries the host.
        return now - known.until < 0 || !failing.replace(host, known, known.beingTried(now));
    }

    private static final class Failing {
        private final int failures;
        private final long until;
        private final boolean beingTried;

        private Failing(int failures, long until, boolean beingTried) {
            this.failures = failures;
            this.until = until;
            this.beingTried = beingTried;
        }

        private Failing beingTried(long now) {
            return new Failing(failures, now + FIRST_WHILE.toNanos(), true);
        }

        private static Failing again(Failing before, long now) {
            // Many mails that were under way together find out together: that is one failure.
            if (before != null && !before.beingTried && now - before.until < 0) {
                return before;
            }
            int failures = before == null ? 0 : Math.min(before.failures + 1, DOUBLINGS);
            long length = Math.min(FIRST_WHILE.toNanos() << failures, LONGEST_WHILE.toNanos());
            return new Failing(failures, now + length, false);
        }
    }
}
