// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.james.core.MailAddress;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;

/**
 * Remembers what the directory said. An address is loaded once however many ask at the same time; a failure reaches all of
 * those and is not remembered. Whoever can wait loads on its own thread, SMTP sessions on threads of the directory.
 *
 * <p>Safe for use by several threads.
 */
final class CachedDirectory {
    static final String HITS_METRIC = "postlane.directory.cache.hits";
    static final String MISSES_METRIC = "postlane.directory.cache.misses";
    static final String EVICTIONS_METRIC = "postlane.directory.cache.evictions";
    static final String FAILURES_METRIC = "postlane.directory.failures";
    static final String SIZE_GAUGE = "postlane.directory.cache.size";

    private final Directory directory;
    private final LookupThreads threads = new LookupThreads(DirectoryLimits.DEFAULTS.lookups());
    private final AsyncCache<String, DirectoryAnswer> answers;
    private final Metric hits;
    private final Metric misses;
    private final Metric failures;
    private volatile DirectoryLimits limits = DirectoryLimits.DEFAULTS;

    CachedDirectory(Directory directory, MetricFactory metricFactory, GaugeRegistry gauges, Ticker ticker) {
        this.directory = directory;
        Metric evictions = metricFactory.generate(EVICTIONS_METRIC);
        this.answers = Caffeine.newBuilder()
            .maximumSize(limits.addresses())
            .expireAfter(Expiry.creating((String key, DirectoryAnswer answer) -> lifetime(answer)))
            .removalListener((key, answer, cause) -> {
                if (cause == RemovalCause.SIZE) {
                    evictions.increment();
                }
            })
            .ticker(ticker)
            .executor(Runnable::run)
            .buildAsync();
        this.hits = metricFactory.generate(HITS_METRIC);
        this.misses = metricFactory.generate(MISSES_METRIC);
        this.failures = metricFactory.generate(FAILURES_METRIC);
        gauges.register(SIZE_GAUGE, this::size);
    }

    private Duration lifetime(DirectoryAnswer answer) {
        return answer.isPositive() ? limits.positive() : limits.negative();
    }

    /** Takes other limits; what is remembered already keeps the lifetime it has. */
    void take(DirectoryLimits other) {
        limits = other;
        answers.synchronous().policy().eviction().ifPresent(eviction -> eviction.setMaximum(other.addresses()));
        threads.resize(other.lookups());
    }

    DirectoryLimits limits() {
        return limits;
    }

    /** Blocks while the directory is asked, unless another asks already or the answer is known. */
    DirectoryAnswer lookUp(MailAddress address, MappingMode mode) throws LookupFailedException {
        CompletableFuture<DirectoryAnswer> mine = new CompletableFuture<>();
        CompletableFuture<DirectoryAnswer> answer = earlierOr(mine, address, mode);
        if (answer == mine) {
            load(address, mode, mine);
        }
        return await(answer, address);
    }

    /** Never blocks. The future fails with {@link LookupFailedException}; whoever gives up on it leaves it alone. */
    CompletableFuture<DirectoryAnswer> ask(MailAddress address, MappingMode mode) {
        CompletableFuture<DirectoryAnswer> mine = new CompletableFuture<>();
        CompletableFuture<DirectoryAnswer> answer = earlierOr(mine, address, mode);
        if (answer == mine) {
            try {
                threads.execute(new Question(address, mode, mine));
            } catch (RejectedExecutionException e) {
                fail(address, mode, mine, new LookupFailedException("The directory has more to answer than it can, among "
                    + "others for " + address.asString(), e));
            }
        }
        return answer;
    }

    private CompletableFuture<DirectoryAnswer> earlierOr(CompletableFuture<DirectoryAnswer> mine, MailAddress address,
            MappingMode mode) {
        CompletableFuture<DirectoryAnswer> earlier = answers.asMap().putIfAbsent(key(address, mode), mine);
        (earlier == null ? misses : hits).increment();
        return earlier == null ? mine : earlier;
    }

    private static String key(MailAddress address, MappingMode mode) {
        return mode + " " + address.asString().toLowerCase(Locale.US);
    }

    /** Whatever happens here, the future completes: others wait for it. */
    private void load(MailAddress address, MappingMode mode, CompletableFuture<DirectoryAnswer> future) {
        try {
            future.complete(directory.lookUp(address, mode));
        } catch (Throwable e) {
            fail(address, mode, future, e);
        }
    }

    private void fail(MailAddress address, MappingMode mode, CompletableFuture<DirectoryAnswer> future, Throwable cause) {
        failures.increment();
        // Whoever hears of the failure may ask again at once: it must be forgotten before.
        answers.asMap().remove(key(address, mode), future);
        future.completeExceptionally(cause);
    }

    /** A look-up that waits for its thread. */
    private final class Question implements LookupThreads.Lookup {
        private final MailAddress address;
        private final MappingMode mode;
        private final CompletableFuture<DirectoryAnswer> future;

        private Question(MailAddress address, MappingMode mode, CompletableFuture<DirectoryAnswer> future) {
            this.address = address;
            this.mode = mode;
            this.future = future;
        }

        @Override
        public void run() {
            load(address, mode, future);
        }

        @Override
        public void giveUp() {
            fail(address, mode, future,
                new LookupFailedException("James stops, and does not ask for " + address.asString(), null));
        }
    }

    private static DirectoryAnswer await(CompletableFuture<DirectoryAnswer> answer, MailAddress address)
            throws LookupFailedException {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LookupFailedException("Interrupted while waiting for the directory about " + address.asString(), e);
        } catch (ExecutionException e) {
            throw new LookupFailedException(e.getCause().getMessage(), e.getCause());
        }
    }

    /** Forgets an address; what the directory is just answering about it is not remembered either. */
    void forget(MailAddress address) {
        Arrays.stream(MappingMode.values()).forEach(mode -> answers.asMap().remove(key(address, mode)));
    }

    void forgetAll() {
        answers.asMap().clear();
    }

    long size() {
        return answers.synchronous().estimatedSize();
    }

    void close() {
        threads.close();
    }
}
