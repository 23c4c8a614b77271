// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.util.Set;
import javax.inject.Singleton;

import com.datastax.oss.driver.api.core.CqlSession;
import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.multibindings.Multibinder;
import org.apache.james.backends.cassandra.components.CassandraModule;
import org.apache.james.backends.cassandra.init.CassandraZonedDateTimeModule;
import org.apache.james.backends.cassandra.init.ClusterFactory;
import org.apache.james.backends.cassandra.init.SessionWithInitializedTablesFactory;
import org.apache.james.backends.cassandra.init.configuration.CassandraConfiguration;
import org.apache.james.backends.cassandra.utils.CassandraHealthCheck;
import org.apache.james.backends.cassandra.versions.CassandraSchemaVersionDAO;
import org.apache.james.backends.cassandra.versions.CassandraSchemaVersionModule;
import org.apache.james.core.healthcheck.HealthCheck;

/**
 * Binds the session with Cassandra, with its keyspace and all tables, and its health check. Whoever installs it closes it when
 * the James on it has stopped.
 */
public final class CassandraSessionModule extends AbstractModule implements AutoCloseable {
    private final CassandraSettings settings;
    private CqlSession session;

    /** Nothing is connected before James asks for it. */
    public CassandraSessionModule(CassandraSettings settings) {
        this.settings = settings;
    }

    @Override
    protected void configure() {
        bind(CassandraConfiguration.class).toInstance(settings.details());
        bind(CassandraSchemaVersionDAO.class).in(Scopes.SINGLETON);
        Multibinder<CassandraModule> tables = Multibinder.newSetBinder(binder(), CassandraModule.class);
        tables.addBinding().toInstance(CassandraZonedDateTimeModule.MODULE);
        tables.addBinding().toInstance(CassandraSchemaVersionModule.MODULE);
        Multibinder.newSetBinder(binder(), HealthCheck.class).addBinding().to(CassandraHealthCheck.class);
    }

    @Provides
    @Singleton
    synchronized CqlSession session(Set<CassandraModule> tables) {
        session = ClusterFactory.create(settings.cluster(), settings.keyspace());
        return new SessionWithInitializedTablesFactory(session, CassandraModule.aggregateModules(tables)).get();
    }

    /** Ends the session; has no effect where none was ever asked for. */
    @Override
    public synchronized void close() {
        if (session != null) {
            session.close();
        }
    }
}
