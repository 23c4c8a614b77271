// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.ManageableMailQueue;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Mails a second that go through a queue: enqueued by so many threads, taken, read and done by as many. Runs by its name only.
 * What the property says: directory, mails, threads, octets of a mail, mails that wait for their time meanwhile.
 */
class QueueBenchmark {
    @Test
    void mailsASecond() throws Exception {
        String[] arguments = System.getProperty("postlane.queue.benchmark", "target 20000 20 4096 0").split(" ");
        Path directory = Path.of(arguments[0]);
        int mails = Integer.parseInt(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        String message = "Subject: benchmark\r\n\r\n" + "0123456789abcd\r\n".repeat(Integer.parseInt(arguments[3]) / 16);
        int deferred = Integer.parseInt(arguments[4]);
        for (int round = 0; round < 3; round++) {
            Path place = Files.createTempDirectory(directory, "queue");
            RocksDbMailQueueFactory factory = Queues.open(place);
            ManageableMailQueue queue = factory.createQueue(Queues.SPOOL);
            IntStream.range(0, deferred).parallel().forEach(i -> defer(queue, message, i));
            CountDownLatch done = new CountDownLatch(mails);
            var reading = Flux.<MailQueue.MailQueueItem>from(queue.deQueue()).flatMap(item -> Mono.fromRunnable(() -> {
                read(item);
                Queues.done(item);
                done.countDown();
            }).subscribeOn(Schedulers.boundedElastic()), threads).subscribe();
            long start = System.nanoTime();
            List<Thread> producers = new ArrayList<>();
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < threads; i++) {
                Thread producer = new Thread(() -> produce(queue, message, next, mails));
                producers.add(producer);
                producer.start();
            }
            for (Thread producer : producers) {
                producer.join();
            }
            final double enqueued = (System.nanoTime() - start) / 1e9;
            done.await();
            double all = (System.nanoTime() - start) / 1e9;
            System.out.printf(Locale.ROOT, "%d mails: enqueued %.0f/s, enqueued, read and done %.0f/s%n", mails, mails / enqueued,
                mails / all);
            factory.figures().lines().filter(line -> line.contains("Cumulative")).forEach(System.out::println);
            reading.dispose();
            factory.close();
        }
    }

    private static void defer(ManageableMailQueue queue, String message, int number) {
        try {
            queue.enQueue(Queues.mail("deferred" + number, message), Duration.ofHours(1));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void read(MailQueue.MailQueueItem item) {
        try {
            String unused = Queues.contentOf(item.getMail());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void produce(ManageableMailQueue queue, String message, AtomicInteger next, int mails) {
        try {
            for (int number = next.getAndIncrement(); number < mails; number = next.getAndIncrement()) {
                queue.enQueue(Queues.mail("mail" + number, message));
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
