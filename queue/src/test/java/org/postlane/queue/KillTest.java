// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/**
 * A process takes mail from several threads and delivers some of it; it is killed at random moments. Nothing that was confirmed
 * is lost, nothing is there twice, nothing is damaged, and what was done stays done.
 */
class KillTest {
    private static final int KILLS = Integer.getInteger("postlane.proof.kills", 5);
    private static final int THREADS = 8;
    /** Some are in files. */
    private static final int LARGE_EACH = 25;

    @TempDir
    private Path directory;
    private final Set<String> confirmed = new HashSet<>();
    private final Set<String> done = new HashSet<>();

    /** Prints "+name" for each mail that the queue has taken, and "-name" for each that is done. */
    static final class Worker {
        private static final AtomicInteger NAMES = new AtomicInteger();

        private Worker() {
        }

        public static void main(String[] arguments) {
            ManageableMailQueue queue = Queues.open(Path.of(arguments[0])).createQueue(Queues.SPOOL);
            for (int i = 0; i < THREADS; i++) {
                new Thread(() -> produce(queue, arguments[1])).start();
            }
            // One of three: the queue grows.
            Flux.<MailQueue.MailQueueItem>from(queue.deQueue()).index().filter(item -> item.getT1() % 3 == 0).doOnNext(item -> {
                Queues.done(item.getT2());
                say("-" + item.getT2().getMail().getName());
            }).blockLast();
        }

        private static void produce(ManageableMailQueue queue, String run) {
            try {
                while (true) {
                    int number = NAMES.incrementAndGet();
                    String name = run + "-" + number;
                    queue.enQueue(Queues.mail(name, messageOf(name, number)));
                    say("+" + name);
                }
            } catch (Exception e) {
                say("!" + e);
            }
        }

        private static synchronized void say(String line) {
            System.out.println(line);
            System.out.flush();
        }
    }

    private static String messageOf(String name, int number) {
        return "Subject: " + name + "\r\n\r\n"
            + name.repeat(number % LARGE_EACH == 0 ? ContentSink.LARGEST_IN_MEMORY / name.length() + 1 : 500);
    }

    @Test
    void whatWasConfirmedIsThereOnceAndWholeAfterEachKill() throws Exception {
        Random random = new Random();
        for (int kill = 0; kill < KILLS; kill++) {
            try (ChildProcess child = ChildProcess.of(Worker.class, "-Xmx128m", directory.toString(), "r" + kill)) {
                int lines = random.nextInt(2000);
                for (int i = 0; i < lines; i++) {
                    note(child.readLine());
                }
                child.kill();
                child.readAll().forEach(this::note);
            }
            compare();
        }
        assertThat(confirmed).isNotEmpty();
    }

    private void note(String line) {
        assertThat(line).as("what the process says").isNotNull();
        if (line.startsWith("+")) {
            confirmed.add(line.substring(1));
        } else if (line.startsWith("-")) {
            done.add(line.substring(1));
        } else {
            assertThat(line).doesNotStartWith("!");
        }
    }

    private void compare() throws Exception {
        RocksDbMailQueueFactory factory = Queues.open(directory);
        try {
            ManageableMailQueue queue = factory.createQueue(Queues.SPOOL);
            List<String> found = new ArrayList<>();
            for (var items = queue.browse(); items.hasNext();) {
                Mail mail = items.next().getMail();
                found.add(mail.getName());
                String name = mail.getName();
                assertThat(Queues.contentOf(mail)).as(name)
                    .isEqualTo(messageOf(name, Integer.parseInt(name.substring(name.indexOf('-') + 1))));
            }
            assertThat(found).doesNotHaveDuplicates().hasSize((int) queue.getSize());
            assertThat(found).as("what was done").doesNotContainAnyElementsOf(done);
            Set<String> lost = new HashSet<>(confirmed);
            lost.removeAll(done);
            lost.removeAll(found);
            // What was done when the process had no time to say so.
            assertThat(lost.size()).as("confirmed, neither there nor done: " + lost).isLessThanOrEqualTo(1);
            assertThat(factory.setAside()).isZero();
            done.addAll(lost);
        } finally {
            factory.close();
        }
    }
}
