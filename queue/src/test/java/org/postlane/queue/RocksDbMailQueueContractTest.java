// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.nio.file.Path;
import java.time.Clock;

import org.apache.james.metrics.api.Gauge;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.queue.api.DelayedManageableMailQueueContract;
import org.apache.james.queue.api.DelayedPriorityMailQueueContract;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueMetricContract;
import org.apache.james.queue.api.MailQueueMetricExtension;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.PriorityManageableMailQueueContract;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Upstream's contracts of a queue that is manageable and knows delays, priorities and metrics. */
class RocksDbMailQueueContractTest implements DelayedManageableMailQueueContract, DelayedPriorityMailQueueContract,
    PriorityManageableMailQueueContract, MailQueueMetricContract {

    @TempDir
    private Path directory;
    private RocksDbMailQueueFactory factory;
    private ManageableMailQueue queue;

    @BeforeEach
    void open(MailQueueMetricExtension.MailQueueMetricTestSystem metrics) {
        factory = RocksDbMailQueueFactory.open(directory, new RawMailQueueItemDecoratorFactory(), metrics.getMetricFactory(),
            knownToTheContract(metrics.getSpyGaugeRegistry()), Clock.systemUTC());
        queue = factory.createQueue(Queues.SPOOL);
    }

    /** The contract allows one gauge; this queue has another of its own, beside which the contract holds. */
    private static GaugeRegistry knownToTheContract(GaugeRegistry gauges) {
        return new GaugeRegistry() {
            @Override
            public <T> GaugeRegistry register(String name, Gauge<T> gauge) {
                return name.startsWith(RocksDbMailQueue.REJECTED_METRIC_NAME_PREFIX) ? this : gauges.register(name, gauge);
            }

            @Override
            public <T> SettableGauge<T> settableGauge(String name) {
                return gauges.settableGauge(name);
            }
        };
    }

    @AfterEach
    void close() {
        factory.close();
    }

    @Override
    public MailQueue getMailQueue() {
        return queue;
    }

    @Override
    public ManageableMailQueue getManageableMailQueue() {
        return queue;
    }
}
