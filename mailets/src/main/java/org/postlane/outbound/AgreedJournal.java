// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import javax.inject.Inject;

import org.apache.james.filesystem.api.FileSystem;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.journal.DeliveryJournal;
import org.postlane.journal.JournalSettings;
import org.postlane.journal.JournalStats;
import org.postlane.journal.SyncPolicy;

/**
 * The one delivery journal that a James has. Where it lies and when it is synced may be written in any element that delivers;
 * two that differ stop the start, because only one of them could hold.
 *
 * <p>Safe for use by several threads.
 */
public final class AgreedJournal {
    /** Where the journal lies: a URL of James' file system, or {@value #NONE}. */
    public static final String JOURNAL = "journal";
    /** When it is forced to the disk. */
    public static final String JOURNAL_SYNC = "journalSync";
    /** In James' directory for what changes. */
    public static final String DEFAULT_PLACE = "file://var/postlane/journal";
    /** In the place of a place: what was delivered is not remembered across a restart. */
    public static final String NONE = "none";

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

    private static final String EXPECTED_PLACE = "none, or a directory such as " + DEFAULT_PLACE;
    private static final String EXPECTED_SYNC = "always, never, or the longest time between two syncs such as 1 s";

    private final FileSystem files;
    private final CriticalStates criticalStates;
    private final Agreement<String> place = new Agreement<>();
    private final Agreement<String> sync = new Agreement<>();
    private SyncPolicy policy = JournalSettings.DEFAULT_SYNC;
    private DeliveryJournal journal;

    /** The journal of one James. */
    @Inject
    public AgreedJournal(FileSystem files, CriticalStates criticalStates) {
        this.files = files;
        this.criticalStates = criticalStates;
    }

    /**
     * Reads what one element writes, and keeps nothing.
     *
     * @throws ConfigurationError for a value that does not fit
     */
    public static void check(Parameters parameters) {
        Optional<String> unused = parameters.text(JOURNAL, EXPECTED_PLACE);
        parameters.text(JOURNAL_SYNC, EXPECTED_SYNC).ifPresent(text -> policy(parameters, text));
    }

    /**
     * Takes what one element writes.
     *
     * @throws ConfigurationError for a value that does not fit, or that differs from what another element wrote
     */
    public synchronized void declare(Parameters parameters) {
        place.agree(parameters, JOURNAL, parameters.text(JOURNAL, EXPECTED_PLACE));
        if (!place().equals(NONE)) {
            try {
                createPrivately(directory());
            } catch (IOException | RuntimeException e) {
                throw new ConfigurationError(parameters.where() + ": <" + JOURNAL + "> is " + place() + ": expected "
                    + EXPECTED_PLACE + ", which can be written: " + e);
            }
        }
        Optional<String> written = parameters.text(JOURNAL_SYNC, EXPECTED_SYNC);
        sync.agree(parameters, JOURNAL_SYNC, written);
        written.ifPresent(text -> policy = policy(parameters, text));
    }

    private static SyncPolicy policy(Parameters parameters, String text) {
        switch (text) {
            case "always":
                return SyncPolicy.always();
            case "never":
                return SyncPolicy.never();
            default:
                if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
                    throw parameters.error(JOURNAL_SYNC, EXPECTED_SYNC);
                }
                return SyncPolicy.every(parameters.duration(JOURNAL_SYNC, Duration.ZERO, SHORTEST_INTERVAL, LONGEST_INTERVAL));
        }
    }

    /**
     * The journal, opened when it is first asked for: by then every element has declared what it wants. Where that fails, one
     * that forgets with the process takes its place, which is a critical state: mail moves, and a crash may repeat some of it.
     */
    synchronized DeliveryJournal journal() {
        if (journal == null) {
            JournalSettings settings = JournalSettings.DEFAULTS.withSync(policy);
            journal = place().equals(NONE) ? forgetful(settings) : open(settings);
        }
        return journal;
    }

    private DeliveryJournal open(JournalSettings settings) {
        CriticalStates.Condition usable = criticalStates.watch("the delivery journal in " + place() + " cannot be used",
            Duration.ZERO);
        try {
            DeliveryJournal opened = DeliveryJournal.open(directory(), settings);
            criticalStates.ask("the delivery journal in " + place() + " cannot be written", opened::problem);
            return opened;
        } catch (IOException | RuntimeException e) {
            usable.failed(e);
            return forgetful(settings);
        }
    }

    /** What it holds; empty while nobody has asked for it. */
    synchronized Optional<JournalStats> stats() {
        return Optional.ofNullable(journal).map(DeliveryJournal::stats);
    }

    private static DeliveryJournal forgetful(JournalSettings settings) {
        return DeliveryJournal.inMemory(settings.withRememberDelivered(Duration.ZERO, 0));
    }

    private String place() {
        return place.value().orElse(DEFAULT_PLACE);
    }

    /** It tells who writes to whom. */
    private static void createPrivately(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(directory);
        }
    }

    private Path directory() throws IOException {
        return files.getFile(place()).toPath();
    }

    /** Closes it, if it was opened. */
    synchronized void close() {
        if (journal != null) {
            journal.close();
        }
    }
}
