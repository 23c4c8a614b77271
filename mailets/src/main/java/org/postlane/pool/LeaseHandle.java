// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

/** One lease of one entry. */
final class LeaseHandle<K extends PoolKey, R extends PooledResource> implements Lease<R> {
    private final boolean reused;
    private final AtomicReference<Entry<K, R>> entry;
    /** Takes the entry back, with a reason to discard it or null. */
    private final BiConsumer<Entry<K, R>, DiscardReason> giveBack;

    LeaseHandle(Entry<K, R> entry, BiConsumer<Entry<K, R>, DiscardReason> giveBack) {
        this.reused = entry.reused;
        this.entry = new AtomicReference<>(entry);
        this.giveBack = giveBack;
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
            giveBack.accept(mine, reason);
        }
    }
}
