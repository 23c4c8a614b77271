// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Records without end, in a process of its own that a test kills. Each line that it prints is a promise of the journal:
 * {@code + mail recipient} for an outcome whose future completed, {@code s mail step} for a step.
 */
public final class CrashingProcess {
    private static final int IN_FLIGHT = 200;

    private CrashingProcess() {
    }

    /** Takes the directory, the policy, and a number that makes the names of this run its own. */
    public static void main(String[] arguments) throws Exception {
        SyncPolicy sync = arguments[1].equals("always") ? SyncPolicy.always() : SyncPolicy.never();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        DeliveryJournal journal = DeliveryJournal.open(Path.of(arguments[0]),
            JournalSettings.DEFAULTS.withSync(sync).withSegmentSize(32 * 1024));
        out.println("open");
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        for (int i = 0;; i++) {
            JournalItem item = Journals.item(arguments[2] + "-" + i);
            inFlight.acquireUninterruptibly();
            // Every second mail ends, so that files are deleted and what is open is copied forward.
            boolean ends = i % 2 == 0;
            String recipient = "a@example.org";
            if (!ends) {
                var unused = journal.recordStep(item, "step").whenComplete((nothing, error) ->
                    out.println(error == null ? "s " + item.mail() + " step" : "! " + error));
            }
            var unused = journal.record(item, List.of(Journals.delivered(recipient), Journals.failed("b@example.org")))
                .whenComplete((nothing, error) -> {
                    out.println(error == null ? "+ " + item.mail() + " " + recipient : "! " + error);
                    if (ends) {
                        journal.done(item);
                    }
                    inFlight.release();
                });
        }
    }
}
