// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.nio.file.Path;

import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQPrefetchPolicy;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.policy.PolicyEntry;
import org.apache.activemq.broker.region.policy.PolicyMap;
import org.apache.activemq.plugin.StatisticsBrokerPlugin;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.activemq.ActiveMQMailQueueFactory;
import org.apache.james.queue.activemq.metric.ActiveMQMetricCollectorNoop;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;

/** James' ActiveMQ queues on a broker in this process, whose store is a directory: what is in them outlives the process. */
final class DurableQueues implements AutoCloseable {
    private static final String BROKER = "postlane-test";
    /** What the broker may keep of its messages in memory; the rest is on disk. */
    private static final long BROKER_MEMORY = 32L << 20;
    /** The broker looks no further for a mail that is due; deferred mail stands in front. */
    private static final int PAGE = 10_000;

    private final BrokerService broker = new BrokerService();
    private final ActiveMQMailQueueFactory factory;

    DurableQueues(Path directory) throws Exception {
        KahaDBPersistenceAdapter store = new KahaDBPersistenceAdapter();
        store.setDirectory(directory.resolve("queues").toFile());
        PolicyEntry policy = new PolicyEntry();
        policy.setQueue(">");
        policy.setMaxPageSize(PAGE);
        PolicyMap policies = new PolicyMap();
        policies.setDefaultEntry(policy);
        broker.setBrokerName(BROKER);
        broker.setUseJmx(false);
        broker.setSchedulerSupport(false);
        broker.setUseShutdownHook(false);
        broker.setPersistenceAdapter(store);
        broker.setDestinationPolicy(policies);
        broker.setPlugins(new BrokerPlugin[] {new StatisticsBrokerPlugin()});
        broker.setDataDirectoryFile(directory.toFile());
        broker.getSystemUsage().getMemoryUsage().setLimit(BROKER_MEMORY);
        broker.start();
        ActiveMQConnectionFactory connections = new ActiveMQConnectionFactory("vm://" + BROKER + "?create=false");
        ActiveMQPrefetchPolicy prefetch = new ActiveMQPrefetchPolicy();
        prefetch.setAll(0);
        connections.setPrefetchPolicy(prefetch);
        factory = new ActiveMQMailQueueFactory(connections, new RawMailQueueItemDecoratorFactory(), new RecordingMetricFactory(),
            new NoopGaugeRegistry(), new ActiveMQMetricCollectorNoop());
        factory.setUseBlobMessages(false);
        factory.setUseJMX(false);
    }

    MailQueueFactory<?> factory() {
        return factory;
    }

    @Override
    public void close() throws Exception {
        factory.destroy();
        broker.stop();
    }
}
