// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import javax.inject.Singleton;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.multibindings.Multibinder;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.rabbitmq.RabbitMQMailQueueDeadLetterQueueHealthCheck;
import org.apache.james.queue.rabbitmq.view.RabbitMQMailQueueConfiguration;

/**
 * Binds all mail queues: the spool, the lanes and those of mail that leaves, as James' own on RabbitMQ, for all nodes together.
 */
public final class RabbitMqMailQueueModule extends AbstractModule {
    private final RabbitMqSettings settings;

    /** Queues on the broker that these settings name. */
    public RabbitMqMailQueueModule(RabbitMqSettings settings) {
        this.settings = settings;
    }

    @Override
    protected void configure() {
        bind(RabbitMQMailQueueConfiguration.class).toInstance(settings.queues());
        bind(BoundMailQueues.class).in(Scopes.SINGLETON);
        Multibinder.newSetBinder(binder(), HealthCheck.class).addBinding().to(RabbitMQMailQueueDeadLetterQueueHealthCheck.class);
    }

    // James asks for them under each of these types.

    @Provides
    @Singleton
    MailQueueFactory<? extends ManageableMailQueue> manageable(BoundMailQueues queues) {
        return queues;
    }

    @Provides
    @Singleton
    MailQueueFactory<? extends MailQueue> some(BoundMailQueues queues) {
        return queues;
    }

    @Provides
    @Singleton
    MailQueueFactory<?> any(BoundMailQueues queues) {
        return queues;
    }
}
