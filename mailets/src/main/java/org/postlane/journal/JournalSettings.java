// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.time.Duration;
import java.util.Objects;

/** The settings of a {@link DeliveryJournal}. Immutable. The defaults stand here and nowhere else. */
public final class JournalSettings {
    /** See docs/adr/0010-delivery-journal.md for what each policy costs. */
    public static final SyncPolicy DEFAULT_SYNC = SyncPolicy.always();
    /** Small enough to be read at once at the start, large enough to hold the records of some minutes. */
    public static final int DEFAULT_SEGMENT_SIZE = 16 * 1024 * 1024;
    /** A spool that is run again after a crash comes back within minutes: a broker redelivers when it has missed its consumer. */
    public static final Duration DEFAULT_REMEMBER_DELIVERED = Duration.ofMinutes(5);
    /** About 20 MB of memory; 20 s at 5,000 recipients a second. */
    public static final int DEFAULT_REMEMBERED_AT_MOST = 100_000;
    /** As long as mail is tried (RFC 5321 4.5.4.1 asks for 4-5 days): the item may come back from a broker until then. */
    public static final Duration DEFAULT_ABANDONED_AFTER = Duration.ofDays(5);
    /** Below this, the copying of what is still open would never end. */
    public static final int MIN_SEGMENT_SIZE = 4096;
    /** A segment is read into one array. */
    public static final int MAX_SEGMENT_SIZE = 1024 * 1024 * 1024;

    /** The defaults. */
    public static final JournalSettings DEFAULTS = new JournalSettings(DEFAULT_SYNC, DEFAULT_SEGMENT_SIZE,
        DEFAULT_REMEMBER_DELIVERED, DEFAULT_REMEMBERED_AT_MOST, DEFAULT_ABANDONED_AFTER);

    private final SyncPolicy sync;
    private final int segmentSize;
    private final Duration rememberDelivered;
    private final int rememberedAtMost;
    private final Duration abandonedAfter;

    private JournalSettings(SyncPolicy sync, int segmentSize, Duration rememberDelivered, int rememberedAtMost,
            Duration abandonedAfter) {
        this.sync = Objects.requireNonNull(sync, "sync");
        this.segmentSize = segmentSize;
        this.rememberDelivered = rememberDelivered;
        this.rememberedAtMost = rememberedAtMost;
        this.abandonedAfter = abandonedAfter;
    }

    /** The same settings with another sync policy. */
    public JournalSettings withSync(SyncPolicy newSync) {
        return new JournalSettings(newSync, segmentSize, rememberDelivered, rememberedAtMost, abandonedAfter);
    }

    /**
     * The same settings with segments of another size, in octets.
     *
     * @throws IllegalArgumentException if it is not from 4,096 to 1 GiB
     */
    public JournalSettings withSegmentSize(int octets) {
        if (octets < MIN_SEGMENT_SIZE || octets > MAX_SEGMENT_SIZE) {
            throw new IllegalArgumentException("a segment of " + octets + " octets; from " + MIN_SEGMENT_SIZE + " to "
                + MAX_SEGMENT_SIZE + " are possible");
        }
        return new JournalSettings(sync, octets, rememberDelivered, rememberedAtMost, abandonedAfter);
    }

    /**
     * The same settings with another memory of what was delivered; a time of zero, or none at most, remembers nothing.
     *
     * @param time counted from {@link DeliveryJournal#done}
     * @param atMost how many recipients; the oldest are forgotten first, whole mails at a time
     * @throws IllegalArgumentException if one is negative
     */
    public JournalSettings withRememberDelivered(Duration time, int atMost) {
        if (time.isNegative() || atMost < 0) {
            throw new IllegalArgumentException("remembering " + atMost + " recipients for " + time);
        }
        return new JournalSettings(sync, segmentSize, time, atMost, abandonedAfter);
    }

    /** When records are forced to the disk. */
    public SyncPolicy sync() {
        return sync;
    }

    /** The size above which a new file is begun, in octets. */
    public int segmentSize() {
        return segmentSize;
    }

    /** How long delivered recipients are remembered after their item is done. */
    public Duration rememberDelivered() {
        return rememberDelivered;
    }

    /** How many of them. */
    public int rememberedAtMost() {
        return rememberedAtMost;
    }

    /** After how long without any use an open mail is forgotten. */
    public Duration abandonedAfter() {
        return abandonedAfter;
    }

    @Override
    public String toString() {
        return "sync " + sync + ", segments of " + segmentSize + " octets, delivered recipients remembered for "
            + rememberDelivered.toSeconds() + " s and at most " + rememberedAtMost + ", abandoned after "
            + abandonedAfter.toHours() + " h";
    }
}
