// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.inject.Singleton;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.multibindings.Multibinder;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.ManageableMailQueue;
import org.postlane.queue.RocksDbMailQueueFactory;

/**
 * Binds all mail queues: the spool, the lanes and those of mail that leaves, on RocksDB in one directory. Whoever installs it
 * closes it when the James on it has stopped.
 */
public final class RocksDbMailQueueModule extends AbstractModule implements AutoCloseable {
    private final Path directory;
    private final AtomicReference<RocksDbMailQueueFactory> opened = new AtomicReference<>();

    /** Queues in a directory, which is made where there is none, when James asks for the first one. */
    public RocksDbMailQueueModule(Path directory) {
        this.directory = directory;
    }

    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), HealthCheck.class).addBinding()
            .toInstance(new QueueHealthCheck(() -> Optional.ofNullable(opened.get())));
    }

    @Provides
    @Singleton
    MailQueueFactory<? extends ManageableMailQueue> manageable(MailQueueItemDecoratorFactory decorators, MetricFactory metrics,
            GaugeRegistry gauges, Clock clock) {
        try {
            RocksDbMailQueueFactory queues = RocksDbMailQueueFactory.open(directory, decorators, metrics, gauges, clock);
            opened.set(queues);
            return queues;
        } catch (IllegalStateException e) {
            // Its sentence says what to do; what lies behind it, in a start that failed, would be told in its place.
            StoreError error = new StoreError(e.getMessage());
            error.addSuppressed(e);
            throw error;
        }
    }

    // James asks for it under these types as well.

    @Provides
    @Singleton
    MailQueueFactory<? extends MailQueue> some(MailQueueFactory<? extends ManageableMailQueue> queues) {
        return queues;
    }

    @Provides
    @Singleton
    MailQueueFactory<?> any(MailQueueFactory<? extends ManageableMailQueue> queues) {
        return queues;
    }

    /** As {@link #close(Duration)}, at once. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Waits so long for what is in hand, and lets go of the directory; has no effect where no queue was ever asked for. */
    public void close(Duration atMost) {
        Optional.ofNullable(opened.getAndSet(null)).ifPresent(queues -> queues.close(atMost));
    }
}
