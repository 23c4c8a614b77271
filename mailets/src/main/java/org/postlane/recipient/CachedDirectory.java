// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.james.core.MailAddress;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;

/**
 * Remembers what the directory said. An address is loaded once however many ask at the same time, by the thread of the
 * first who asks; a failure reaches all of those and is not remembered.
 *
 * <p>Safe for use by several threads.
 */
final class CachedDirectory {
    /** Some 20 MB at most; more addresses than a busy node sees within two minutes. */
    static final long MAX_ADDRESSES = 100_000;
    /** A removed user is refused after this time at the latest. */
    static final Duration POSITIVE_TTL = Duration.ofMinutes(2);
    /** A new user must be reachable soon. */
    static final Duration NEGATIVE_TTL = Duration.ofSeconds(30);

    static final String HITS_METRIC = "postlane.directory.cache.hits";
    static final String MISSES_METRIC = "postlane.directory.cache.misses";
    static final String FAILURES_METRIC = "postlane.directory.failures";
    static final String SIZE_GAUGE = "postlane.directory.cache.size";

    private final Directory directory;
    private final AsyncCache<String, DirectoryAnswer> answers;
    private final Metric hits;
    private final Metric misses;
    private final Metric failures;

    CachedDirectory(Directory directory, MetricFactory metricFactory, GaugeRegistry gauges, Ticker ticker) {
        this.directory = directory;
        this.answers = Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfter(Expiry.creating((String key, DirectoryAnswer answer) ->
                answer.isPositive() ? POSITIVE_TTL : NEGATIVE_TTL))
            .ticker(ticker)
            .executor(Runnable::run)
            .buildAsync();
        this.hits = metricFactory.generate(HITS_METRIC);
        this.misses = metricFactory.generate(MISSES_METRIC);
        this.failures = metricFactory.generate(FAILURES_METRIC);
        gauges.register(SIZE_GAUGE, () -> answers.synchronous().estimatedSize());
    }

    DirectoryAnswer lookUp(MailAddress address, MappingMode mode) throws LookupFailedException {
        String key = mode + " " + address.asString().toLowerCase(Locale.US);
        CompletableFuture<DirectoryAnswer> mine = new CompletableFuture<>();
        CompletableFuture<DirectoryAnswer> earlier = answers.asMap().putIfAbsent(key, mine);
        if (earlier == null) {
            misses.increment();
            return load(address, mode, mine);
        }
        hits.increment();
        return await(earlier, address);
    }

    /** Whatever happens here, the future completes: others wait for it. */
    private DirectoryAnswer load(MailAddress address, MappingMode mode, CompletableFuture<DirectoryAnswer> future)
            throws LookupFailedException {
        try {
            DirectoryAnswer answer = directory.lookUp(address, mode);
            future.complete(answer);
            return answer;
        } catch (LookupFailedException | RuntimeException | Error e) {
            failures.increment();
            future.completeExceptionally(e);
            throw e;
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
}
