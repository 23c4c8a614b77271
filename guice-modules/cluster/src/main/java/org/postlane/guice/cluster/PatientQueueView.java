// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Duration;
import java.time.Instant;

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

/**
 * A view that waits for Cassandra where a queue is read. James asks for each mail whether it was removed; an error there ends the
 * reading, and with it the channel: all that was taken over it would be given to others, and could no longer be acknowledged.
 * And one that takes a mail which is done off the list when Cassandra lets it.
 */
final class PatientQueueView implements MailQueueView<CassandraMailQueueItemView> {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** Pauses between deletions double up to this; all of them together are an hour. */
    private static final Duration LONGEST_PAUSE_OF_DELETION = Duration.ofMinutes(1);
    private static final int DELETIONS = 67;
    private static final Logger LOGGER = LoggerFactory.getLogger(PatientQueueView.class);

    private final MailQueueView<CassandraMailQueueItemView> view;

    PatientQueueView(MailQueueView<CassandraMailQueueItemView> view) {
        this.view = view;
    }

    @Override
    public Mono<Boolean> isPresent(EnqueueId id) {
        return Mono.defer(() -> view.isPresent(id))
            .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE)
                .doBeforeRetry(again -> LOGGER.warn("A mail waits for Cassandra to say whether it was removed: {}",
                    again.failure().toString())));
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
            ? deletion.onErrorResume(failure -> deleteLater(deletion, failure))
            : deletion;
    }

    /** RabbitMQ has been told that the mail is done. An error would have James do it once more. */
    private static Mono<Long> deleteLater(Mono<Long> deletion, Throwable failure) {
        LOGGER.warn("A mail that is done waits for Cassandra to be taken off the list of its queue: {}", failure.toString());
        Disposable unused = Mono.delay(FIRST_PAUSE).then(deletion)
            .retryWhen(Retry.backoff(DELETIONS, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE_OF_DELETION))
            .subscribe(deleted -> { }, again -> LOGGER.error("A mail that is done stays in the list of its queue", again));
        return Mono.just(1L);
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
