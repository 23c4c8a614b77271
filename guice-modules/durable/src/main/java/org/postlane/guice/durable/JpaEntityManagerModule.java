// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import javax.persistence.EntityManagerFactory;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import org.apache.james.core.healthcheck.HealthCheck;

/** Binds the database that all other JPA modules of this package work with, and a health check that asks it. */
public final class JpaEntityManagerModule extends AbstractModule {
    private final Database database;

    /** Whoever opened the database closes it, after the James on it has stopped. */
    public JpaEntityManagerModule(Database database) {
        this.database = database;
    }

    @Override
    protected void configure() {
        bind(Database.class).toInstance(database);
        bind(EntityManagerFactory.class).toInstance(database.entities());
        Multibinder.newSetBinder(binder(), HealthCheck.class).addBinding().to(DatabaseHealthCheck.class);
    }
}
