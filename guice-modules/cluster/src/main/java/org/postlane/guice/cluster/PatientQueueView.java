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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A view that waits for Cassandra where a queue is read. James asks for each mail whether it was removed; an error there ends the
 * reading, and with it the channel: all that was taken over it would be given to others, and could no longer be acknowledged.
 */
final class PatientQueueView implements MailQueueView<CassandraMailQueueItemView> {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
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
        return view.delete(condition);
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
