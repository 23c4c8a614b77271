// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import org.postlane.guice.cluster.CassandraBlobStoreModule;
import org.postlane.guice.cluster.CassandraQueueViewModule;
import org.postlane.guice.cluster.CassandraSessionModule;
import org.postlane.guice.cluster.KeptMailModule;
import org.postlane.guice.cluster.RabbitMqConnectionModule;
import org.postlane.guice.cluster.RabbitMqMailQueueModule;
import org.postlane.guice.cluster.RabbitMqSettings;
import org.postlane.guice.cluster.SharedMailboxModule;
import org.postlane.guice.durable.Database;

/** What a node of a cluster is put together from: the durable James, with other queues. */
final class ClusterModules {
    private ClusterModules() {
    }

    static Module of(Database database, RabbitMqSettings settings, RabbitMqConnectionModule rabbit,
            CassandraSessionModule cassandra) {
        Module queues = Modules.combine(rabbit, new RabbitMqMailQueueModule(settings),
            cassandra, new CassandraBlobStoreModule(), new CassandraQueueViewModule(settings));
        return Modules.override(DurableModules.of(database, queues)).with(new KeptMailModule(), new SharedMailboxModule());
    }
}
