// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import javax.inject.Inject;

import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.journal.DeliveryJournal;
import org.postlane.journal.JournalSettings;
import org.postlane.journal.JournalStats;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.operations.OrderBook;
import org.postlane.outbound.settings.AgreedJournal;
import org.postlane.outbound.settings.AgreedSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one delivery journal that a James has, opened when its first queue begins. Safe for use by several threads. */
public final class EngineJournal {
    private static final Logger LOGGER = LoggerFactory.getLogger(EngineJournal.class);

    private final JamesFiles files;
    private final CriticalStates criticalStates;
    private DeliveryJournal journal;
    /** Null while there are no files: asked for nothing yet, none wanted, or none to be had. */
    private Path directory;
    private OrderBook orders;

    /** The journal of one James. */
    @Inject
    public EngineJournal(JamesFiles files, CriticalStates criticalStates) {
        this.files = files;
        this.criticalStates = criticalStates;
    }

    /**
     * Sees whether a journal could be kept where the elements want it. Changes nothing.
     *
     * @param parameters the element to name in the message
     * @throws ConfigurationError where it could not
     */
    void check(Parameters parameters, AgreedSettings wanted) {
        wanted.journal().place().ifPresent(place -> {
            try {
                Path directory = files.path(place).toAbsolutePath();
                Path parent = directory;
                while (!Files.exists(parent) && parent.getParent() != null) {
                    parent = parent.getParent();
                }
                if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
                    throw error(parameters, place, parent + " is no directory that can be written");
                }
            } catch (IllegalArgumentException e) {
                throw e instanceof ConfigurationError ? e : error(parameters, place, e.getMessage());
            }
        });
    }

    /**
     * Makes its directory, so that it shows at the start if that cannot be done.
     *
     * @throws ConfigurationError where it cannot
     */
    void prepare(Parameters parameters, AgreedSettings agreed) {
        agreed.journal().place().ifPresent(place -> {
            try {
                DeliveryJournal.prepare(files.path(place));
            } catch (IOException e) {
                throw error(parameters, place, e.toString());
            }
        });
    }

    private static ConfigurationError error(Parameters parameters, String place, String why) {
        return new ConfigurationError(parameters.where() + ": <" + AgreedJournal.JOURNAL + "> is " + place + ": expected "
            + AgreedJournal.EXPECTED_PLACE + ", which can be written: " + why);
    }

    /**
     * The journal, opened when it is first asked for: by then every element has said what it wants. Where that fails, one
     * that forgets with the process takes its place, which is a critical state: mail moves, and a crash may repeat some of it.
     */
    synchronized DeliveryJournal journal(AgreedSettings agreed) {
        if (journal == null) {
            JournalSettings settings = JournalSettings.DEFAULTS.withSync(agreed.journal().sync());
            journal = agreed.journal().place().map(place -> open(place, settings)).orElseGet(() -> forgetful(settings));
        }
        return journal;
    }

    private DeliveryJournal open(String place, JournalSettings settings) {
        String trouble = "the delivery journal in " + place + " cannot be written";
        try {
            Path path = files.path(place);
            DeliveryJournal opened = DeliveryJournal.open(path, settings);
            directory = path;
            criticalStates.ask(trouble, opened::problem);
            return opened;
        } catch (IOException | RuntimeException e) {
            LOGGER.error("Critical: {}, not before a restart: a crash may repeat deliveries", trouble, e);
            criticalStates.ask(trouble, () -> Optional.of(e.toString()));
            return forgetful(settings);
        }
    }

    /** The orders about destinations, which are kept beside it: where it is this James' own, so is that place. */
    synchronized OrderBook orders(AgreedSettings agreed, Clock clock) {
        if (orders == null) {
            DeliveryJournal unused = journal(agreed);
            orders = directory == null ? OrderBook.ofThisProcess(clock) : OrderBook.in(directory, clock);
        }
        return orders;
    }

    /** What it holds; empty while nobody has asked for it. */
    synchronized Optional<JournalStats> stats() {
        return Optional.ofNullable(journal).map(DeliveryJournal::stats);
    }

    private static DeliveryJournal forgetful(JournalSettings settings) {
        return DeliveryJournal.inMemory(settings.withRememberDelivered(Duration.ZERO, 0));
    }

    /** Closes it, if it was opened. */
    synchronized void close() {
        if (journal != null) {
            journal.close();
        }
    }
}
