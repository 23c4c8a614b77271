// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers for mails, ascending, and never one twice: not after a restart either. Safe for use by several threads. */
final class MailNumbers {
    /** A million mails for each millisecond that passed before the start: what was handed out since the last start is less. */
    private static final int SHIFT = 20;

    private final AtomicLong last;

    /**
     * Numbers above all that are known.
     *
     * @param highest of those in the store
     * @param now milliseconds since 1970
     */
    MailNumbers(long highest, long now) {
        this.last = new AtomicLong(Math.max(highest, now << SHIFT));
    }

    long next() {
        return last.incrementAndGet();
    }
}
