// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.ManageableMailQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a file system of its own, which only root can make. */
class FullDiskTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    private static Path elsewhere;
    @TempDir
    private Path disk;
    private RocksDbMailQueueFactory factory;
    private ManageableMailQueue queue;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(Files.getOwner(disk).getName().equals("root") && run("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs",
            disk.toString()) == 0, "a file system can be mounted only by root");
        // The library would not fit.
        NativeLibrary.load(elsewhere);
    }

    @AfterEach
    void unmount() throws Exception {
        if (factory != null) {
            factory.close();
        }
        int unused = run("umount", disk.toString());
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private void open(long reserve) {
        factory = Queues.open(disk, reserve, Clock.systemUTC());
        queue = factory.createQueue(Queues.SPOOL);
    }

    /** Does not compress. */
    private static String message(int size) {
        byte[] octets = new byte[size];
        new Random().nextBytes(octets);
        StringBuilder text = new StringBuilder(size).append("\r\n");
        for (byte octet : octets) {
            text.append((char) ('!' + (octet & 63)));
        }
        return text.toString();
    }

    private Path fillUp(int left) throws IOException {
        Path file = disk.resolve("filler");
        long size = disk.toFile().getUsableSpace() - left;
        try (var out = Files.newOutputStream(file)) {
            for (long written = 0; written < size; written += 4096) {
                out.write(new byte[4096]);
            }
        }
        return file;
    }

    private List<String> enQueueUntilFull() throws Exception {
        List<String> confirmed = new ArrayList<>();
        try {
            while (true) {
                String name = "m" + confirmed.size();
                queue.enQueue(Queues.mail(name, message(20_000)));
                confirmed.add(name);
            }
        } catch (MailQueueException e) {
            return confirmed;
        }
    }

    private void awaitEnQueue(String name) {
        await().ignoreException(MailQueueException.class).until(() -> {
            queue.enQueue(Queues.mail(name));
            return true;
        });
    }

    @Test
    void aFullDiskRefusesMailAndTakesItAgainWithoutARestart() throws Exception {
        open(0);
        Path filler = fillUp(2 * MEGABYTE);
        List<String> confirmed = enQueueUntilFull();
        assertThat(confirmed).isNotEmpty();
        MailQueueItem taken = Queues.next(queue);
        assertThat(Queues.contentOf(taken.getMail())).as("can be read").hasSize(20_002);
        taken.done(MailQueueItem.CompletionStatus.SUCCESS);
        assertThat(Queues.listed(queue)).as("is not given out again").doesNotContain("m0");
        assertThatThrownBy(() -> queue.enQueue(Queues.mail("refused"))).isInstanceOf(MailQueueException.class);
        Files.delete(filler);
        awaitEnQueue("again");
        await().until(() -> factory.notYetDeleted() == 0);
        Set<String> expected = new HashSet<>(confirmed);
        expected.remove("m0");
        expected.add("again");
        assertThat(Queues.listed(queue)).containsExactlyInAnyOrderElementsOf(expected);
        factory.close();
        open(0);
        assertThat(Queues.listed(queue)).as("after a restart").containsExactlyInAnyOrderElementsOf(expected);
        assertThat(Queues.contentOf(Queues.next(queue).getMail())).hasSize(20_002);
    }

    @Test
    void doneMailGoesAsSoonAsThereIsRoomAlsoWhereNoNewMailComes() throws Exception {
        open(0);
        Path filler = fillUp(2 * MEGABYTE);
        List<String> confirmed = enQueueUntilFull();
        // So many deletions that the last of the log does not take them.
        assertThat(Queues.deliver(queue, confirmed.size())).isEqualTo(confirmed);
        Files.delete(filler);
        await().until(() -> factory.notYetDeleted() == 0);
        factory.close();
        open(0);
        assertThat(queue.getSize()).isZero();
    }

    @Test
    void aLargeMailThatDoesNotFitLeavesNothingBehind() throws Exception {
        open(0);
        queue.enQueue(Queues.mail("small"));
        assertThatThrownBy(() -> queue.enQueue(Queues.mail("large", message(160 * MEGABYTE))))
            .isInstanceOf(MailQueueException.class);
        assertThat(disk.resolve("bodies")).isEmptyDirectory();
        queue.enQueue(Queues.mail("small again"));
        assertThat(Queues.listed(queue)).containsExactly("small", "small again");
    }

    @Test
    void newMailLeavesRoomForDeletionsAndForMailThatIsPutOff() throws Exception {
        open(RocksDbMailQueueFactory.RESERVE);
        List<String> confirmed = enQueueUntilFull();
        assertThat(confirmed).isNotEmpty();
        queue.enQueue(Queues.mail("put off"), Duration.ofDays(1));
        assertThat(Queues.deliver(queue, confirmed.size())).isEqualTo(confirmed);
        assertThat(factory.notYetDeleted()).isZero();
    }
}
