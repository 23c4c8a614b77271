// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.rabbitmq.EnqueueId;
import org.apache.james.queue.rabbitmq.EnqueuedItem;
import org.apache.james.queue.rabbitmq.MailQueueName;
import org.apache.james.queue.rabbitmq.view.api.DeleteCondition;
import org.apache.james.queue.rabbitmq.view.api.MailQueueView;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueBrowser.CassandraMailQueueItemView;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import reactor.util.retry.RetryBackoffSpec;

/**
 * A view that waits for Cassandra where a queue is read. James asks for each mail whether it was removed; an error there ends the
 * reading, and with it the channel: all that was taken over it would be given to others, and could no longer be acknowledged.
 * And one that takes a mail which is done off the list when Cassandra lets it, and says from the first moment that it is.
 */
final class PatientQueueView implements MailQueueView<CassandraMailQueueItemView> {
    /** Short: until a mail that is done is off the list, another node that is given it again sends it again. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** With these pauses, an hour. */
    private static final int DELETIONS = 725;
    private static final Logger LOGGER = LoggerFactory.getLogger(PatientQueueView.class);

    private final MailQueueView<CassandraMailQueueItemView> view;
    private final Done done;

    /** @param done shared by the views of all queues */
    PatientQueueView(MailQueueView<CassandraMailQueueItemView> view, Done done) {
        this.view = view;
        this.done = done;
    }

    /** Mails that are done, and still in their lists. Safe for use by several threads. */
    static final class Done {
        /** A few MB; of more than that Cassandra alone knows. */
        static final int MOST = 100_000;

        private final Set<EnqueueId> mails = ConcurrentHashMap.newKeySet();

        /** False where it was known already. */
        boolean add(EnqueueId id) {
            return mails.size() >= MOST ? !mails.contains(id) : mails.add(id);
        }

        boolean contains(EnqueueId id) {
            return mails.contains(id);
        }

        void remove(EnqueueId id) {
            mails.remove(id);
        }
    }

    @Override
    public Mono<Boolean> isPresent(EnqueueId id) {
        return Mono.defer(() -> done.contains(id) ? Mono.just(false) : view.isPresent(id))
            .retryWhen(pauses(Long.MAX_VALUE)
                .doBeforeRetry(again -> LOGGER.warn("A mail waits for Cassandra to say whether it was removed: {}",
                    again.failure().toString())));
    }

    private static RetryBackoffSpec pauses(long most) {
        return Retry.backoff(most, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE);
    }

    @Override
    public void initialize(MailQueueName name) {
        view.initialize(name);
    }

    @Override
    public Mono<Void> storeMail(EnqueuedItem item) {
        return view.storeMail(item);
    }

    @Override
    public Publisher<Long> delete(DeleteCondition condition) {
        Mono<Long> deletion = Mono.defer(() -> Mono.from(view.delete(condition)));
        // What an administrator removes, he is told about.
        return condition instanceof DeleteCondition.WithEnqueueId
            ? Mono.defer(() -> delete(((DeleteCondition.WithEnqueueId) condition).getEnqueueId(), deletion)) : deletion;
    }

    /**
     * RabbitMQ has been told that the mail is done, or gives it again because it was lost. An error would have James do it once
     * more, and so would a list that it is still in.
     */
    private Mono<Long> delete(EnqueueId id, Mono<Long> deletion) {
        if (!done.add(id)) {
            return Mono.just(1L);
        }
        return deletion.doOnSuccess(deleted -> done.remove(id)).doOnCancel(() -> done.remove(id)).onErrorResume(failure -> {
            LOGGER.warn("A mail that is done waits for Cassandra to be taken off the list of its queue: {}", failure.toString());
            Disposable unused = Mono.delay(FIRST_PAUSE).then(deletion).retryWhen(pauses(DELETIONS))
                .doFinally(end -> done.remove(id))
                .subscribe(deleted -> { }, again -> LOGGER.error("A mail that is done stays in the list of its queue", again));
            return Mono.just(1L);
        });
    }

    @Override
    public ManageableMailQueue.MailQueueIterator browse() {
        return view.browse();
    }

    @Override
    public Flux<CassandraMailQueueItemView> browseReactive() {
        return view.browseReactive();
    }

    @Override
    public Flux<CassandraMailQueueItemView> browseOlderThanReactive(Instant olderThan) {
        return view.browseOlderThanReactive(olderThan);
    }

    @Override
    public long getSize() {
        return view.getSize();
    }

    @Override
    public Mono<Long> getSizeReactive() {
        return view.getSizeReactive();
    }
}
