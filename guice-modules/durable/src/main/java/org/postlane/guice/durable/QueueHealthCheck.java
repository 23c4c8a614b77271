// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import org.apache.james.core.healthcheck.ComponentName;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.core.healthcheck.Result;
import org.postlane.queue.RocksDbMailQueueFactory;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Degraded while there is mail that nothing but an administrator can get on. Others move: a restart would not help. */
final class QueueHealthCheck implements HealthCheck {
    private static final ComponentName NAME = new ComponentName("Mail queue");

    private final Supplier<Optional<RocksDbMailQueueFactory>> queues;

    /** Of queues that may not be open yet. */
    QueueHealthCheck(Supplier<Optional<RocksDbMailQueueFactory>> queues) {
        this.queues = queues;
    }

    @Override
    public ComponentName componentName() {
        return NAME;
    }

    @Override
    public Publisher<Result> check() {
        return Mono.fromCallable(() -> queues.get().map(QueueHealthCheck::of).orElseGet(() -> Result.healthy(NAME)));
    }

    private static Result of(RocksDbMailQueueFactory open) {
        List<String> causes = new ArrayList<>();
        if (open.rejected() > 0) {
            causes.add(open.rejected() + " mails could neither be processed nor kept in a repository, and are tried again");
        }
        if (open.setAside() > 0) {
            causes.add(open.setAside() + " mails are damaged and set aside");
        }
        return causes.isEmpty() ? Result.healthy(NAME)
            : Result.degraded(NAME, String.join("; ", causes) + ": the log names them");
    }
}
