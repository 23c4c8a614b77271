// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the tests of the journal share. */
final class Journals {
    static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    static final JournalSettings SMALL = JournalSettings.DEFAULTS.withSegmentSize(4096);

    private Journals() {
    }

    static JournalEntry delivered(String recipient) {
        return JournalEntry.of(recipient, JournalEntry.Outcome.DELIVERED, NOON).from("mx.example.org [192.0.2.1]")
            .reply(250, "2.0.0", "queued as 1234");
    }

    static JournalEntry failed(String recipient) {
        return JournalEntry.of(recipient, JournalEntry.Outcome.FAILED, NOON).from("mx.example.org [192.0.2.1]")
            .reply(550, "5.1.1", "no such user\r\nask the postmaster");
    }

    static JournalItem item(String mail) {
        return JournalItem.of(mail, "1");
    }

    /** Whether the journal knows that the recipient has the mail. */
    static boolean isDelivered(Recall recall, String recipient) {
        JournalEntry entry = recall.outcomes().get(recipient);
        return entry != null && entry.outcome() == JournalEntry.Outcome.DELIVERED;
    }

    static void written(CompletableFuture<Void> future) {
        try {
            future.get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("not written", e);
        }
    }

    /** The segment files, the oldest first. */
    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".journal")).sorted().collect(Collectors.toList());
        }
    }

    static Path onlyFile(Path directory) throws IOException {
        List<Path> files = files(directory);
        assertThat(files).hasSize(1);
        return files.get(0);
    }
}
