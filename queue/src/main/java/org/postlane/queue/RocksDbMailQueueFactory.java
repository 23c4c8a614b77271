// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * James' mail queues on one machine's disk. A mail that {@link ManageableMailQueue#enQueue} has taken is there, with its message,
 * after a crash of the process and after a loss of power, until whoever dequeued it says that it is done; what was not done when
 * the process ended is given out again after the next start. A prefetch count is not needed and has no effect.
 *
 * <p>Safe for use by several threads.
 */
public final class RocksDbMailQueueFactory implements MailQueueFactory<ManageableMailQueue>, Closeable {
    /** Left on the disk by new mail: a table of RocksDB's takes half of it, and what is delivered must be able to go. */
    static final long RESERVE = 64L << 20;
    private static final long UPKEEP_MILLIS = 100;
    private static final long COMPACTION_MILLIS = 60_000;
    /** Of those that are in hand at the end, so many are in the log by their names. */
    private static final int NAMED = 20;
    private static final String BODIES = "bodies";
    private static final Logger LOGGER = LoggerFactory.getLogger(RocksDbMailQueueFactory.class);

    private final Map<MailQueueName, RocksDbMailQueue> queues = new ConcurrentHashMap<>();
    private final Removals removals = new Removals();
    private final InHand inHand = new InHand();
    private final ScheduledExecutorService upkeep = thread("mail-queue-upkeep");
    private final ScheduledExecutorService compacting = thread("mail-queue-compaction");
    private final DirectoryLock lock;
    private final Space space;
    private final Bodies bodies;
    private final QueueStore store;
    private final MailNumbers numbers;
    private final MailQueueItemDecoratorFactory decorators;
    private final MetricFactory metrics;
    private final GaugeRegistry gauges;
    private final Clock clock;

    private RocksDbMailQueueFactory(Path directory, DirectoryLock lock, long reserve, MailQueueItemDecoratorFactory decorators,
                                    MetricFactory metrics, GaugeRegistry gauges, Clock clock)
        throws IOException, RocksDBException {
        this.lock = lock;
        this.decorators = decorators;
        this.metrics = metrics;
        this.gauges = gauges;
        this.clock = clock;
        this.space = new Space(directory, reserve);
        this.bodies = new Bodies(directory.resolve(BODIES), space);
        this.store = QueueStore.open(directory, space);
        try {
            StoreContents contents = StoreContents.read(store, bodies, space);
            this.numbers = new MailNumbers(contents.highest(), clock.millis());
            contents.waiting().forEach(this::restore);
            contents.setAside().forEach((queue, mails) -> queue(queue).countSetAside(mails));
            Bodies.syncDirectory(directory);
        } catch (IOException | RocksDBException | RuntimeException e) {
            store.close();
            throw e;
        }
        ScheduledFuture<?> unused = upkeep.scheduleWithFixedDelay(this::keepUp, UPKEEP_MILLIS, UPKEEP_MILLIS,
            TimeUnit.MILLISECONDS);
        ScheduledFuture<?> unusedToo = compacting.scheduleWithFixedDelay(new Compaction(store, Compaction.SMALL, this::mails),
            COMPACTION_MILLIS, COMPACTION_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private long mails() {
        return queues.values().stream().mapToLong(RocksDbMailQueue::getSize).sum();
    }

    /**
     * Opens the queues in a directory, which is made if there is none. It belongs to one process at a time.
     *
     * @param directory on a local disk, with nothing else in it
     * @throws IllegalStateException with the directory's name and what to do, where it is in use by another process, damaged, of
     *     another version, or not to be written, or the native library of RocksDB does not load
     */
    public static RocksDbMailQueueFactory open(Path directory, MailQueueItemDecoratorFactory decorators, MetricFactory metrics,
                                               GaugeRegistry gauges, Clock clock) {
        return open(directory, RESERVE, decorators, metrics, gauges, clock);
    }

    /** Whether queues were made in this directory before; one that does not exist has none. */
    public static boolean areIn(Path directory) {
        return QueueStore.isIn(directory.toAbsolutePath());
    }

    /** As {@link #open}, with another reserve: octets of the disk that new mail leaves free. */
    static RocksDbMailQueueFactory open(Path directory, long reserve, MailQueueItemDecoratorFactory decorators,
                                        MetricFactory metrics, GaugeRegistry gauges, Clock clock) {
        Path absolute = directory.toAbsolutePath();
        DirectoryLock lock = null;
        RocksDbMailQueueFactory factory = null;
        try {
            if (!Files.isDirectory(absolute)) {
                Files.createDirectories(absolute);
                Bodies.syncDirectory(absolute.getParent());
            }
            lock = DirectoryLock.of(absolute);
            NativeLibrary.load(absolute);
            factory = new RocksDbMailQueueFactory(absolute, lock, reserve, decorators, metrics, gauges, clock);
            return factory;
        } catch (IOException | RocksDBException e) {
            throw StartFailure.of(absolute, e);
        } finally {
            if (factory == null && lock != null) {
                release(lock);
            }
        }
    }

    private static void release(DirectoryLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            LOGGER.warn("The lock of a mail queue cannot be released", e);
        }
    }

    private void restore(MailQueueName name, List<Entry> entries) {
        RocksDbMailQueue queue = queue(name);
        entries.forEach(queue::restore);
        LOGGER.info("{} mails are in the queue {}", entries.size(), name.asString());
    }

    private RocksDbMailQueue queue(MailQueueName name) {
        return queues.computeIfAbsent(name, missing -> new RocksDbMailQueue(missing, new QueueIndex(clock),
            new MailRecords(store, bodies, space, missing), removals, inHand, numbers, decorators, metrics, gauges, clock));
    }

    private void keepUp() {
        try {
            if (store.isFailing() && removals.size() > 0) {
                store.recover();
            }
            removals.retry();
            store.sync();
        } catch (IOException e) {
            LOGGER.debug("Not yet", e);
        } catch (RuntimeException e) {
            // An exception would be the last thing that this thread does.
            LOGGER.error("The upkeep of the mail queue has failed", e);
        }
    }

    /** The queue, if it was created since the start, or the start found mail in it. */
    @Override
    public Optional<ManageableMailQueue> getQueue(MailQueueName name, PrefetchCount count) {
        return Optional.ofNullable(queues.get(name));
    }

    @Override
    public ManageableMailQueue createQueue(MailQueueName name, PrefetchCount count) {
        return queue(name);
    }

    @Override
    public Set<MailQueueName> listCreatedMailQueues() {
        return Set.copyOf(queues.keySet());
    }

    /** How many mails of all queues are damaged and set aside. */
    public long setAside() {
        return queues.values().stream().mapToLong(RocksDbMailQueue::setAside).sum();
    }

    /** Mails that are done, and could not be deleted yet. */
    int notYetDeleted() {
        return removals.size();
    }

    /** Whether all that was written is on the disk. */
    boolean isSynced() {
        return store.isSynced();
    }

    /** RocksDB's own figures of this opening, syncs among them. */
    String figures() throws IOException, RocksDBException {
        return store.figures();
    }

    /** How many mails of all queues their readers could neither process nor keep, so that they come again for ever. */
    public long rejected() {
        return queues.values().stream().mapToLong(RocksDbMailQueue::rejected).sum();
    }

    /** As {@link #close(Duration)}, without waiting for what is in hand. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /**
     * Completes the readers, waits until what they were given is done, and for what is being written, and leaves the directory to
     * the next process. What is dequeued and not done stays in its queue, and the log names it. Has no effect when it was called
     * before.
     *
     * @param atMost for what is in hand: a reader that was cancelled may never say a word about it
     */
    public void close(Duration atMost) {
        queues.values().forEach(RocksDbMailQueue::end);
        inHand.awaitNone(atMost.toNanos());
        List<String> left = inHand.names();
        if (!left.isEmpty()) {
            LOGGER.warn("{} mails are in hand and not done: they are given out again after the next start, {}", left.size(),
                left.subList(0, Math.min(NAMED, left.size())));
        }
        List<Runnable> unusedTasks = upkeep.shutdownNow();
        List<Runnable> unusedTasksToo = compacting.shutdownNow();
        store.close();
        release(lock);
    }
}
