// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.util.Set;
import javax.inject.Singleton;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import com.google.inject.name.Names;
import org.apache.james.backends.cassandra.components.CassandraModule;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.eventsourcing.Event;
import org.apache.james.eventsourcing.eventstore.EventStore;
import org.apache.james.eventsourcing.eventstore.cassandra.CassandraEventStore;
import org.apache.james.eventsourcing.eventstore.cassandra.CassandraEventStoreModule;
import org.apache.james.eventsourcing.eventstore.cassandra.EventNestedTypes;
import org.apache.james.eventsourcing.eventstore.cassandra.dto.EventDTO;
import org.apache.james.eventsourcing.eventstore.cassandra.dto.EventDTOModule;
import org.apache.james.json.DTO;
import org.apache.james.json.DTOModule;
import org.apache.james.lifecycle.api.StartUpCheck;
import org.apache.james.queue.rabbitmq.view.api.MailQueueView;
import org.apache.james.queue.rabbitmq.view.cassandra.BrowseStartDAO;
import org.apache.james.queue.rabbitmq.view.cassandra.BrowseStartHealthCheck;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueBrowser;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueMailDelete;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueMailStore;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueView;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueViewModule;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueViewStartUpCheck;
import org.apache.james.queue.rabbitmq.view.cassandra.ContentStartDAO;
import org.apache.james.queue.rabbitmq.view.cassandra.DeletedMailsDAO;
import org.apache.james.queue.rabbitmq.view.cassandra.EnqueuedMailsDAO;
import org.apache.james.queue.rabbitmq.view.cassandra.configuration.CassandraMailQueueViewConfiguration;
import org.apache.james.queue.rabbitmq.view.cassandra.configuration.CassandraMailQueueViewConfigurationModule;
import org.apache.james.queue.rabbitmq.view.cassandra.configuration.EventsourcingConfigurationManagement;
import org.apache.james.utils.InitializationOperation;
import org.apache.james.utils.InitilizationOperationBuilder;

/**
 * Binds what lists, counts and removes queued mail, which RabbitMQ cannot: James' view in Cassandra. Its settings are kept there
 * too, so that a node which was told others that do not fit stops its start.
 */
public final class CassandraQueueViewModule extends AbstractModule {
    private final RabbitMqSettings settings;

    /** A view with these settings. */
    public CassandraQueueViewModule(RabbitMqSettings settings) {
        this.settings = settings;
    }

    @Override
    protected void configure() {
        bindView();
        bindItsSettings();
        bind(EmptyQueueViews.class).in(Scopes.SINGLETON);
        Multibinder<CassandraModule> tables = Multibinder.newSetBinder(binder(), CassandraModule.class);
        tables.addBinding().toInstance(CassandraMailQueueViewModule.MODULE);
        tables.addBinding().toInstance(CassandraEventStoreModule.MODULE());
        Multibinder.newSetBinder(binder(), HealthCheck.class).addBinding().to(BrowseStartHealthCheck.class);
    }

    private void bindView() {
        bind(EnqueuedMailsDAO.class).in(Scopes.SINGLETON);
        bind(DeletedMailsDAO.class).in(Scopes.SINGLETON);
        bind(BrowseStartDAO.class).in(Scopes.SINGLETON);
        bind(ContentStartDAO.class).in(Scopes.SINGLETON);
        bind(CassandraMailQueueBrowser.class).in(Scopes.SINGLETON);
        bind(CassandraMailQueueMailDelete.class).in(Scopes.SINGLETON);
        bind(CassandraMailQueueMailStore.class).in(Scopes.SINGLETON);
        bind(CassandraMailQueueView.Factory.class).in(Scopes.SINGLETON);
        bind(CassandraMailQueueViewConfiguration.class).toInstance(settings.view());
    }

    /** James' interface knows nothing of what its views hold. */
    @Provides
    @Singleton
    @SuppressWarnings("unchecked")
    MailQueueView.Factory views(CassandraMailQueueView.Factory views) {
        PatientQueueView.Done done = new PatientQueueView.Done();
        return name -> new PatientQueueView(views.create(name), done);
    }

    @ProvidesIntoSet
    InitializationOperation clearEmptyQueues(EmptyQueueViews views) {
        return InitilizationOperationBuilder.forClass(EmptyQueueViews.class).init(views::start);
    }

    private void bindItsSettings() {
        bind(EventsourcingConfigurationManagement.class).in(Scopes.SINGLETON);
        bind(CassandraEventStore.class).in(Scopes.SINGLETON);
        bind(EventStore.class).to(CassandraEventStore.class);
        Multibinder.newSetBinder(binder(), new TypeLiteral<EventDTOModule<? extends Event, ? extends EventDTO>>() { })
            .addBinding().toInstance(CassandraMailQueueViewConfigurationModule.MAIL_QUEUE_VIEW_CONFIGURATION);
        bind(new TypeLiteral<Set<DTOModule<?, ? extends DTO>>>() { })
            .annotatedWith(Names.named(EventNestedTypes.EVENT_NESTED_TYPES_INJECTION_NAME)).toInstance(Set.of());
        Multibinder.newSetBinder(binder(), StartUpCheck.class).addBinding().to(CassandraMailQueueViewStartUpCheck.class);
    }
}
