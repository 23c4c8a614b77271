// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

/** Counters of a {@link DeliveryJournal} since it was opened, and what it holds at one moment. Immutable. */
public final class JournalStats {
    private final long openMails;
    private final long rememberedRecipients;
    private final long waiting;
    private final long records;
    private final long unwritten;
    private final long groups;
    private final long syncs;
    private final long files;
    private final long octets;
    private final long damagedOctets;

    JournalStats(long openMails, long rememberedRecipients, long waiting, JournalCounters counters) {
        this.openMails = openMails;
        this.rememberedRecipients = rememberedRecipients;
        this.waiting = waiting;
        this.records = counters.records.get();
        this.unwritten = counters.unwritten.get();
        this.groups = counters.groups.get();
        this.syncs = counters.syncs.get();
        this.files = counters.files.get();
        this.octets = counters.octets.get();
        this.damagedOctets = counters.damagedOctets.get();
    }

    /** Mails with an item that is not done. */
    public long openMails() {
        return openMails;
    }

    /** Delivered recipients that are remembered of mails without an open item. */
    public long rememberedRecipients() {
        return rememberedRecipients;
    }

    /** Calls whose records are not written yet. */
    public long waiting() {
        return waiting;
    }

    /** Calls of record and recordStep whose records were written. */
    public long records() {
        return records;
    }

    /** Calls of record and recordStep whose futures ended with a {@link JournalUnavailableException}. */
    public long unwritten() {
        return unwritten;
    }

    /** Writes: with many callers, many records go into one. */
    public long groups() {
        return groups;
    }

    /** How often a file was forced to the disk. */
    public long syncs() {
        return syncs;
    }

    /** Files at the moment, the lock not counted. */
    public long files() {
        return files;
    }

    /** Octets in these files. */
    public long octets() {
        return octets;
    }

    /** Octets in the middle of files that could not be read when it was opened; a tail cut off by a crash is no damage. */
    public long damagedOctets() {
        return damagedOctets;
    }

    @Override
    public String toString() {
        return openMails + " mails open, " + rememberedRecipients + " recipients remembered, " + waiting + " calls waiting, "
            + records + " records in " + groups + " groups, " + syncs + " syncs, " + unwritten + " not written, " + files
            + " files, " + octets + " octets";
    }
}
