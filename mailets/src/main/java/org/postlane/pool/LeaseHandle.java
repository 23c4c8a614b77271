// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.concurrent.atomic.AtomicReference;

/** One lease of one entry. */
final class LeaseHandle<K extends PoolKey, R extends PooledResource> implements Lease<R> {
    private final boolean reused;
    private final boolean following;
    /** Which of its entry's leases this is. */
    private final long number;
    private final AtomicReference<Entry<K, R>> entry;
    private final WayBack<K, R> wayBack;

    /**
     * To be made by whoever has decided the lease: until then nobody else gets the entry, so that what it says of its last lease
     * stays as it was decided, whoever hands back meanwhile.
     */
    LeaseHandle(Entry<K, R> entry, WayBack<K, R> wayBack) {
        this.reused = entry.reused;
        this.following = entry.following;
        this.number = entry.leases;
        this.entry = new AtomicReference<>(entry);
        this.wayBack = wayBack;
    }

    @Override
    public R resource() {
        Entry<K, R> mine = entry.get();
        if (mine == null) {
            throw new IllegalStateException("The lease was given back");
        }
        return mine.resource;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean isFollowing() {
        return following;
    }

    @Override
    public void letFollow() {
        Entry<K, R> mine = entry.get();
        if (mine != null) {
            wayBack.letFollow(mine, number);
        }
    }

    @Override
    public void release() {
        giveBack(null);
    }

    @Override
    public void discard(DiscardReason reason) {
        giveBack(reason == null ? DiscardReason.CALLER : reason);
    }

    private void giveBack(DiscardReason reason) {
        Entry<K, R> mine = entry.getAndSet(null);
        if (mine != null) {
            wayBack.take(mine, reason);
        }
    }
}
