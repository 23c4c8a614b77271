// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.util.concurrent.atomic.AtomicLong;

/** What the threads of a journal count. Safe to share. */
final class JournalCounters {
    final AtomicLong records = new AtomicLong();
    final AtomicLong unwritten = new AtomicLong();
    final AtomicLong groups = new AtomicLong();
    final AtomicLong syncs = new AtomicLong();
    final AtomicLong files = new AtomicLong();
    final AtomicLong octets = new AtomicLong();
    final AtomicLong damagedOctets = new AtomicLong();
}
