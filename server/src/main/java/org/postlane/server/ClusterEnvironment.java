// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.util.Map;

/**
 * What a container is told about the cluster by its environment, for a {@code conf/} that serves every store: a variable sets the
 * property that conf/ writes, unless that is set, or the variable is empty. The other stores do not look at them.
 */
final class ClusterEnvironment {
    private static final Map<String, String> PROPERTIES = Map.of(
        "POSTLANE_DATABASE_URL", "postlane.database.url",
        "POSTLANE_DATABASE_USER", "postlane.database.username",
        "POSTLANE_CLUSTER_PASSWORD", "postlane.database.password",
        "POSTLANE_SHARED_LIMITS", "postlane.sharedLimits",
        "POSTLANE_NODES", "postlane.nodes");

    private ClusterEnvironment() {
    }

    /** Before conf/ is read. */
    static void read(Map<String, String> environment) {
        PROPERTIES.forEach((variable, property) -> {
            String value = environment.getOrDefault(variable, "");
            if (!value.isEmpty() && System.getProperty(property) == null) {
                System.setProperty(property, value);
            }
        });
    }
}
