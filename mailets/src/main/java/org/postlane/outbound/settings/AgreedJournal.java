// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import java.time.Duration;
import java.util.Optional;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.journal.JournalSettings;
import org.postlane.journal.SyncPolicy;

/** What the elements of a James say about its one delivery journal: where it lies, and when it is synced. Immutable. */
public final class AgreedJournal {
    /** Where the journal lies: a URL of James' file system, or {@value #NONE}. */
    public static final String JOURNAL = "journal";
    /** When it is forced to the disk. */
    public static final String JOURNAL_SYNC = "journalSync";
    /** In James' directory for what changes. */
    public static final String DEFAULT_PLACE = "file://var/postlane/journal";
    /** In the place of a place: what was delivered is not remembered across a restart. */
    public static final String NONE = "none";

    /** Nobody has said anything. */
    static final AgreedJournal UNWRITTEN = new AgreedJournal(Agreement.about(JOURNAL), Agreement.about(JOURNAL_SYNC));
    /** What a bad place is answered with. */
    public static final String EXPECTED_PLACE = "none, or a directory such as " + DEFAULT_PLACE;

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);
    private static final String EXPECTED_SYNC = "always, never, or the longest time between two syncs such as 1 s";

    private final Agreement<String> place;
    private final Agreement<SyncPolicy> sync;

    private AgreedJournal(Agreement<String> place, Agreement<SyncPolicy> sync) {
        this.place = place;
        this.sync = sync;
    }

    /**
     * With what one more element writes.
     *
     * @throws ConfigurationError for a value that does not fit, or that differs from what another element wrote
     */
    AgreedJournal and(Parameters parameters) {
        return new AgreedJournal(place.and(parameters, parameters.text(JOURNAL, EXPECTED_PLACE)),
            sync.and(parameters, parameters.text(JOURNAL_SYNC, EXPECTED_SYNC).map(text -> policy(parameters, text))));
    }

    private static SyncPolicy policy(Parameters parameters, String text) {
        switch (text) {
            case "always":
                return SyncPolicy.always();
            case "never":
                return SyncPolicy.never();
            default:
                if (!Character.isDigit(text.charAt(0))) {
                    throw parameters.error(JOURNAL_SYNC, EXPECTED_SYNC);
                }
                return SyncPolicy.every(parameters.duration(JOURNAL_SYNC, Duration.ZERO, SHORTEST_INTERVAL, LONGEST_INTERVAL));
        }
    }

    /** Where it lies; empty where there is none. */
    public Optional<String> place() {
        return Optional.of(place.or(DEFAULT_PLACE)).filter(written -> !written.equals(NONE));
    }

    /** When it is forced to the disk. */
    public SyncPolicy sync() {
        return sync.or(JournalSettings.DEFAULT_SYNC);
    }
}
