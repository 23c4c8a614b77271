// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.journal.Journals.isDelivered;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that records is killed without warning, as by kill -9: what it was promised is there. */
class KillTest {
    private static final int ROUNDS = 2;
    private static final int PROMISES = 3_000;

    @TempDir
    private Path directory;

    private Process start(String policy, int round) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            CrashingProcess.class.getName(), directory.toString(), policy, "round-" + round)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void kill(Process process) throws InterruptedException {
        // Not Process.destroyForcibly: that also closes the pipe, and what was promised before the end would be lost to us.
        process.toHandle().destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** The process logs to the same stream. */
    private static boolean isPromise(String line) {
        return line.startsWith("+ ") || line.startsWith("s ") || line.startsWith("! ");
    }

    private static List<String> promisesOf(Process process) throws Exception {
        List<String> promises = new ArrayList<>();
        try (BufferedReader reader = process.inputReader(StandardCharsets.US_ASCII)) {
            String line = reader.readLine();
            while (line != null) {
                if (isPromise(line)) {
                    promises.add(line);
                    if (promises.size() == PROMISES) {
                        kill(process);
                    }
                }
                line = reader.readLine();
            }
        }
        // The last line may be cut off by the kill, and then promises nothing.
        return promises.subList(0, promises.size() - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "never"})
    void everythingWhoseFutureCompletedIsThereAfterAKill(String policy) throws Exception {
        List<String> promises = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            promises.addAll(promisesOf(start(policy, round)));
        }
        assertThat(promises).hasSizeGreaterThan(ROUNDS * (PROMISES - 10)).noneMatch(line -> line.startsWith("!"));
        try (DeliveryJournal journal = DeliveryJournal.open(directory, JournalSettings.DEFAULTS)) {
            for (String promise : promises) {
                String[] words = promise.split(" ");
                Recall recall = journal.recall(Journals.item(words[1]));
                assertThat(words[0].equals("+") ? isDelivered(recall, words[2]) : recall.steps().contains(words[2]))
                    .as(promise).isTrue();
            }
            assertThat(journal.stats().damagedOctets()).isZero();
        }
    }

    @Test
    void aDirectoryIsRefusedWhileAnotherProcessHasItAndFreeOnceThatIsKilled() throws Exception {
        Process other = start("never", 0);
        try (BufferedReader reader = other.inputReader(StandardCharsets.US_ASCII)) {
            assertThat(reader.lines().anyMatch(line -> line.equals("open"))).isTrue();
            assertThatThrownBy(() -> DeliveryJournal.open(directory, JournalSettings.DEFAULTS))
                .isInstanceOf(JournalInUseException.class)
                .hasMessageContaining(directory.toString()).hasMessageContaining("process " + other.pid());
        } finally {
            kill(other);
        }
        DeliveryJournal.open(directory, JournalSettings.DEFAULTS).close();
    }
}
