// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.postlane.testing.docker.RequiresDocker;

/**
 * Gives a class the {@link Cluster} for a parameter: one for all classes, since its start takes long, and well before each test.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@RequiresDocker(compose = true)
@ExtendWith(WithCluster.Resolver.class)
@interface WithCluster {
    /** Starts it when it is first asked for; it ends with the last class. */
    final class Resolver implements ParameterResolver, BeforeEachCallback {
        private static Cluster cluster(ExtensionContext context) {
            return context.getRoot().getStore(ExtensionContext.Namespace.create(Cluster.class))
                .getOrComputeIfAbsent(Cluster.class, any -> new Cluster(), Cluster.class);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Cluster.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return cluster(context);
        }

        @Override
        public void beforeEach(ExtensionContext context) {
            Cluster cluster = cluster(context);
            cluster.host().behave(cluster.usual());
            cluster.nodes().forEach(Part::awaitHealth);
        }
    }
}
