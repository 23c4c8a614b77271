// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/**
 * Answers, for as long as they hold within {@link LookupLimits}; one question under way for each name and type. Safe for use by
 * several threads.
 */
final class AnswerCache {
    private final AsyncCache<Question, DnsAnswer<Record>> answers;

    AnswerCache() {
        this(Ticker.systemTicker(), LookupLimits.MOST_ANSWERS);
    }

    AnswerCache(Ticker ticker, int most) {
        this.answers = Caffeine.newBuilder().ticker(ticker).maximumSize(most).expireAfter(new ByTtl()).buildAsync();
    }

    /** The answer that is remembered or under way, or else this one. */
    CompletableFuture<DnsAnswer<Record>> get(Name name, int type, Supplier<CompletableFuture<DnsAnswer<Record>>> ask) {
        CompletableFuture<DnsAnswer<Record>> asked = new CompletableFuture<>();
        boolean[] isAsked = new boolean[1];
        CompletableFuture<DnsAnswer<Record>> shared = answers.get(new Question(name, type), (question, executor) -> {
            isAsked[0] = true;
            CompletableFuture<DnsAnswer<Record>> remembered = new CompletableFuture<>();
            CompletableFuture<Void> unused = ask.get().handle((answer, failure) -> {
                // Remembered first, and told then: for how long it holds counts from before anybody knows it.
                complete(remembered, answer, failure);
                complete(asked, answer, failure);
                return null;
            });
            return remembered;
        });
        // A future of one's own: who gives up on his must not end the others'.
        return isAsked[0] ? asked : shared.copy();
    }

    private static <T> void complete(CompletableFuture<T> future, T value, Throwable failure) {
        if (failure == null) {
            future.complete(value);
        } else {
            future.completeExceptionally(failure);
        }
    }

    static Duration memoryOf(DnsAnswer<?> answer) {
        Duration longest = answer.kind() == DnsAnswer.Kind.FOUND ? LookupLimits.LONGEST_MEMORY : LookupLimits.LONGEST_ABSENCE;
        Duration ttl = answer.ttl().compareTo(longest) < 0 ? answer.ttl() : longest;
        return ttl.compareTo(LookupLimits.SHORTEST_MEMORY) < 0 ? LookupLimits.SHORTEST_MEMORY : ttl;
    }

    private static final class ByTtl implements Expiry<Question, DnsAnswer<Record>> {
        @Override
        public long expireAfterCreate(Question question, DnsAnswer<Record> answer, long now) {
            return memoryOf(answer).toNanos();
        }

        @Override
        public long expireAfterUpdate(Question question, DnsAnswer<Record> answer, long now, long left) {
            return memoryOf(answer).toNanos();
        }

        @Override
        public long expireAfterRead(Question question, DnsAnswer<Record> answer, long now, long left) {
            return left;
        }
    }

    private static final class Question {
        private final Name name;
        private final int type;

        private Question(Name name, int type) {
            this.name = name;
            this.type = type;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Question && type == ((Question) o).type && name.equals(((Question) o).name);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + type;
        }
    }
}
