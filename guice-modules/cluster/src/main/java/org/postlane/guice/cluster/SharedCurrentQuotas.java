// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.inject.Inject;
import javax.persistence.EntityManagerFactory;

import org.apache.james.mailbox.jpa.quota.JpaCurrentQuotaManager;
import org.apache.james.mailbox.model.QuotaOperation;
import org.postlane.guice.durable.Database;
import reactor.core.publisher.Mono;

/** What users have used of their quotas, right although several nodes add to it. James' own reads, adds and writes. */
final class SharedCurrentQuotas extends JpaCurrentQuotaManager {
    private static final String ADD = "INSERT INTO JAMES_QUOTA_CURRENTQUOTA"
        + " (CURRENTQUOTA_QUOTAROOT, CURRENTQUOTA_MESSAGECOUNT, CURRENTQUOTA_SIZE) VALUES (?, ?, ?)"
        + " ON CONFLICT (CURRENTQUOTA_QUOTAROOT) DO UPDATE SET"
        + " CURRENTQUOTA_MESSAGECOUNT = JAMES_QUOTA_CURRENTQUOTA.CURRENTQUOTA_MESSAGECOUNT + EXCLUDED.CURRENTQUOTA_MESSAGECOUNT,"
        + " CURRENTQUOTA_SIZE = JAMES_QUOTA_CURRENTQUOTA.CURRENTQUOTA_SIZE + EXCLUDED.CURRENTQUOTA_SIZE";

    private final Database database;

    @Inject
    SharedCurrentQuotas(EntityManagerFactory entities, Database database) {
        super(entities);
        this.database = database;
    }

    @Override
    public Mono<Void> increase(QuotaOperation operation) {
        return add(operation, 1);
    }

    @Override
    public Mono<Void> decrease(QuotaOperation operation) {
        return add(operation, -1);
    }

    private Mono<Void> add(QuotaOperation operation, int sign) {
        return Mono.fromCallable(() -> {
            try (Connection connection = database.connections().getConnection();
                 PreparedStatement add = connection.prepareStatement(ADD)) {
                add.setString(1, operation.quotaRoot().getValue());
                add.setLong(2, sign * operation.count().asLong());
                add.setLong(3, sign * operation.size().asLong());
                add.executeUpdate();
                return null;
            } catch (SQLException e) {
                throw new IllegalStateException("The quota of " + operation.quotaRoot().getValue() + " cannot be counted", e);
            }
        });
    }
}
