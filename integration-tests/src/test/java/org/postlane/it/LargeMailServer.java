// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import org.apache.activemq.store.PersistenceAdapter;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.activemq.ActiveMQMailQueueFactory;
import org.apache.james.queue.activemq.EmbeddedActiveMQ;
import org.apache.james.queue.activemq.metric.ActiveMQMetricCollectorNoop;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.ManageableMailQueue;

/**
 * A James in a JVM of its own, with the project's conf/ and James' ActiveMQ queue as its JPA and Cassandra apps have it: messages
 * are files beside the broker. Says {@code port N} on stdout when it accepts mail on N, and ends when its input does.
 */
final class LargeMailServer {
    static final String SAYS = "port ";

    private LargeMailServer() {
    }

    public static void main(String[] arguments) throws Exception {
        try (JamesUnderTest james = JamesUnderTest.postlane()
                .replace("smtpserver.xml", "<maxmessagesize>50M</maxmessagesize>", "<maxmessagesize>300M</maxmessagesize>")
                .domain("local.test")
                .mx("relay.test", Integer.parseInt(arguments[0]))
                .override(new Queues())
                .start()) {
            System.out.println(SAYS + james.port("smtp"));
            while (System.in.read() >= 0) {
                // Only its end counts.
            }
        }
    }

    /** James' queues, in the place of those that keep everything in memory. */
    private static final class Queues extends AbstractModule {
        @Override
        protected void configure() {
            bind(EmbeddedActiveMQ.class).in(Scopes.SINGLETON);
            bind(PersistenceAdapter.class).to(KahaDBPersistenceAdapter.class);
        }

        @Provides
        @Singleton
        ActiveMQMailQueueFactory queues(EmbeddedActiveMQ broker, MailQueueItemDecoratorFactory decorators,
                MetricFactory metrics, GaugeRegistry gauges) {
            ActiveMQMailQueueFactory factory = new ActiveMQMailQueueFactory(broker, decorators, metrics, gauges,
                new ActiveMQMetricCollectorNoop());
            factory.setUseJMX(false);
            return factory;
        }

        @Provides
        @Singleton
        MailQueueFactory<? extends ManageableMailQueue> manageable(ActiveMQMailQueueFactory factory) {
            return factory;
        }

        @Provides
        @Singleton
        MailQueueFactory<?> any(ActiveMQMailQueueFactory factory) {
            return factory;
        }

        @Provides
        @Singleton
        MailQueueFactory<? extends MailQueue> plain(ActiveMQMailQueueFactory factory) {
            return factory;
        }
    }
}
