// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.sql.Connection;
import java.sql.SQLException;
import javax.inject.Inject;

import org.apache.james.core.healthcheck.ComponentName;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.core.healthcheck.Result;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Healthy while the database answers. James' own for JPA only looks whether its factory was closed. */
final class DatabaseHealthCheck implements HealthCheck {
    private static final ComponentName NAME = new ComponentName("Database");
    private static final int SECONDS = 5;

    private final Database database;

    @Inject
    DatabaseHealthCheck(Database database) {
        this.database = database;
    }

    @Override
    public ComponentName componentName() {
        return NAME;
    }

    @Override
    public Publisher<Result> check() {
        return Mono.fromCallable(this::ask).subscribeOn(Schedulers.boundedElastic());
    }

    private Result ask() {
        try (Connection connection = database.connections().getConnection()) {
            return connection.isValid(SECONDS) ? Result.healthy(NAME)
                : Result.unhealthy(NAME, "The database does not answer within " + SECONDS + " s");
        } catch (SQLException e) {
            return Result.unhealthy(NAME, "The database cannot be reached: " + StoreError.reason(e), e);
        }
    }
}
