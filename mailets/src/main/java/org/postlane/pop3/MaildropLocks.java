// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.inject.Singleton;

/**
 * Who has which maildrop, over all listeners of one James (RFC 1939 4: an exclusive-access lock). Nodes of a cluster do not know
 * each other's locks. Safe for use by several threads.
 */
@Singleton
public final class MaildropLocks {
    private final ConcurrentMap<String, Lease> held = new ConcurrentHashMap<>();

    /**
     * Takes a maildrop, and never waits for it.
     *
     * @return empty where somebody else has it
     */
    Optional<Lease> tryLock(String maildrop) {
        Lease lease = new Lease(maildrop);
        return held.putIfAbsent(maildrop, lease) == null ? Optional.of(lease) : Optional.empty();
    }

    /** The right to one maildrop, until it is released. */
    final class Lease {
        private final String maildrop;

        private Lease(String maildrop) {
            this.maildrop = maildrop;
        }

        /** Gives it back; again does nothing, and takes nothing from whoever has it since. */
        void release() {
            held.remove(maildrop, this);
        }
    }
}
