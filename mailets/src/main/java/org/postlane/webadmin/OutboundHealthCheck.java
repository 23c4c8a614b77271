// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.util.List;
import java.util.stream.Collectors;
import javax.inject.Inject;

import org.apache.james.core.healthcheck.ComponentName;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.core.healthcheck.Result;
import org.postlane.outbound.operations.CriticalStates;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * Unhealthy while a queue cannot be read, the journal cannot be written or mail cannot be put back, and healthy again as soon
 * as that works; degraded while there are mails of which nothing can be made. What a remote server does, and what an
 * administrator has ordered, is no illness of this one: destinations that are penalised or suspended are found in the metrics
 * and over webadmin.
 *
 * <p>{@code healthcheck.properties}: {@code additional.healthchecks=org.postlane.webadmin.OutboundHealthCheck}.
 */
public final class OutboundHealthCheck implements HealthCheck {
    /** How it is called in {@code /healthcheck}. */
    public static final ComponentName NAME = new ComponentName("Postlane outbound");

    private final CriticalStates states;

    /** For James' injector. */
    @Inject
    public OutboundHealthCheck(CriticalStates states) {
        this.states = states;
    }

    @Override
    public ComponentName componentName() {
        return NAME;
    }

    @Override
    public Publisher<Result> check() {
        return Mono.fromSupplier(() -> {
            List<CriticalStates.Problem> problems = states.problems();
            String all = problems.stream().map(CriticalStates.Problem::toString).collect(Collectors.joining("; "));
            return problems.isEmpty() ? Result.healthy(NAME)
                : problems.stream().anyMatch(CriticalStates.Problem::isCritical) ? Result.unhealthy(NAME, all)
                : Result.degraded(NAME, all);
        });
    }
}
