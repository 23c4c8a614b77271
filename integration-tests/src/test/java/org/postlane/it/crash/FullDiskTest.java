// SPDX-License-Identifier: Apache-2.0
package org.postlane.it.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.it.ServerProcess;
import org.postlane.testing.feed.Feeder;

/** A disk that gets full while mail comes in, and is made larger: what was answered 250 is there, the rest was answered 4xx. */
class FullDiskTest {
    /** The queue keeps the last 64 MB for deletions; database, journal and logs want some too. */
    private static final String SMALL = "size=160m";
    private static final String LARGE = "size=2g";
    /** As a shell has it. */
    private static final int NO_SUCH_PROGRAM = 127;
    private static final int CLIENTS = 4;
    private static final int ENOUGH_REFUSALS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        Path disk = Files.createDirectories(directory.resolve("disk"));
        Ended mount = end("mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", disk.toString());
        // Not for an ordinary user, nor for root in most containers.
        assumeThat(mount.status()).as("a small disk cannot be mounted here: " + mount.output()).isZero();
        mounted = true;
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "--lazy", directory.resolve("disk").toString());
        }
    }

    private record Ended(int status, String output) {
    }

    private static Ended end(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            return new Ended(process.waitFor(), output);
        } catch (IOException e) {
            return new Ended(NO_SUCH_PROGRAM, e.getMessage());
        }
    }

    private static void run(String... command) throws InterruptedException {
        Ended ended = end(command);
        assertThat(ended.status()).as(List.of(command) + ": " + ended.output()).isZero();
    }

    @Test
    void aFullDiskCostsTheClientsTimeAndNobodyAMail() throws Exception {
        try (Scene scene = new Scene(directory.resolve("disk"))) {
            ServerProcess server = scene.begin();
            Feeder feeder = scene.feed(CLIENTS);
            try (feeder) {
                await().atMost(PATIENCE).until(() -> feeder.refusals().size() >= ENOUGH_REFUSALS);
                assertThat(feeder.refusals()).as("answers while the disk was full").allMatch(answer -> answer.startsWith("4"));
                run("mount", "-o", "remount," + LARGE, directory.resolve("disk").toString());
                int enough = feeder.count() + ENOUGH_REFUSALS;
                await("mail is taken again").atMost(PATIENCE).until(() -> feeder.count() >= enough);
            }
            scene.findAll(feeder.count() + " mails answered 250, " + feeder.refusals().size() + " answers 4xx",
                feeder.accepted());
            assertThat(server.isRunning()).isTrue();
        }
    }
}
