// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** An open resource and its slot. All but the final fields are guarded by the pool's lock. */
final class Entry<K extends PoolKey, R extends PooledResource> {
    /** Where the slot stands. */
    enum State {
        /** With its holder, on the way there, or being reset. */
        LEASED,
        /** In reserve. */
        IDLE,
        /** Saying farewell; the peer still counts it. */
        CLOSING,
        /** Its slot is free. */
        GONE
    }

    final K key;
    final Host<K, R> host;
    final R resource;
    /** On the pool's clock. */
    final long openedAt;
    /** When it is too old to be handed out again. */
    final long oldAt;
    State state = State.LEASED;
    long idleUntil;
    int uses;
    /** Leases given so far, those that never reached anybody included: which one is the last. */
    long leases;
    /** Leases that are out; above one where somebody was let follow. */
    int holders;
    /** Most leases that may be out at once, as the resource had it when it was asked last. */
    int most = 1;
    /** Most leases in all, likewise. */
    int usesAllowed;
    /** Why this ends when all leases are back, or null. */
    DiscardReason doom;
    boolean rested;
    /** Whether the last lease was of something that was not opened for it. */
    boolean reused;
    /** Whether others had it when the last lease was decided. */
    boolean following;
    /** The resource has reported its end. */
    boolean ended;
    /** Counted in {@link Host#good}. */
    boolean good;
    /** How old it was when it was discarded, in nanoseconds. */
    long age;

    Entry(K key, Host<K, R> host, R resource, long openedAt, long oldAt) {
        this.key = key;
        this.host = host;
        this.resource = resource;
        this.openedAt = openedAt;
        this.oldAt = oldAt;
    }

    /** Opened just now: never used and never in reserve. */
    boolean isFresh() {
        return uses == 0 && !rested;
    }

    /** Which limit of time is over, or null. */
    DiscardReason expired(long now) {
        if (now - oldAt >= 0) {
            return DiscardReason.MAX_AGE;
        }
        return state == State.IDLE && now - idleUntil >= 0 ? DiscardReason.IDLE_TIMEOUT : null;
    }

    /** When this has to leave the reserve. */
    long deadline() {
        return oldAt - idleUntil < 0 ? oldAt : idleUntil;
    }
}
