// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.time.Duration;

/** When what was written is forced to the disk. In each case it survives the end of the process. Immutable. */
public final class SyncPolicy {
    private static final SyncPolicy ALWAYS = new SyncPolicy("always", Duration.ZERO);
    private static final SyncPolicy NEVER = new SyncPolicy("never", null);

    private final String name;
    private final Duration interval;

    private SyncPolicy(String name, Duration interval) {
        this.name = name;
        this.interval = interval;
    }

    /** Before the future of a record completes; what is recorded at the same time is forced together. Survives a power loss. */
    public static SyncPolicy always() {
        return ALWAYS;
    }

    /**
     * In the background, this long after a write at the latest: a power loss repeats what was delivered in that time.
     *
     * @throws IllegalArgumentException if it is not longer than nothing, or longer than an hour
     */
    public static SyncPolicy every(Duration interval) {
        if (interval.isZero() || interval.isNegative() || interval.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("a sync every " + interval + "; more than 0 and at most an hour are possible");
        }
        return new SyncPolicy("every " + interval.toMillis() + " ms", interval);
    }

    /** When the system likes to: a power loss may lose everything in the journal, which then repeats what is in the queue. */
    public static SyncPolicy never() {
        return NEVER;
    }

    boolean isAlways() {
        return equals(ALWAYS);
    }

    boolean isNever() {
        return equals(NEVER);
    }

    /** The longest time from a write to its sync; zero where it is always synced, null where it is never. */
    Duration interval() {
        return interval;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SyncPolicy && name.equals(((SyncPolicy) other).name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
