// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a server keeps its mail, users and queues. */
enum Store {
    /** Nowhere: all of it is gone when the server stops. */
    MEMORY {
        @Override
        RunningJames start(Home home) {
            return MemoryJames.start(home);
        }
    },
    /** In {@code var/}, or in PostgreSQL what is no queue. */
    DURABLE {
        @Override
        RunningJames start(Home home) {
            return DurableJames.start(home);
        }
    },
    /** In PostgreSQL, RabbitMQ and Cassandra, which several nodes share. */
    CLUSTER {
        @Override
        RunningJames start(Home home) {
            return ClusterJames.start(home);
        }
    };

    /** Starts a James on this store; it takes mail when this returns. */
    abstract RunningJames start(Home home);

    /** The store of that name. */
    static Store named(String name) {
        return Arrays.stream(values())
            .filter(store -> store.toString().equals(name))
            .findFirst()
            .orElseThrow(() -> new UsageError("there is no store '" + name + "'; expected "
                + Arrays.stream(values()).map(Store::toString).collect(Collectors.joining(" or "))));
    }

    /** As the command line has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
