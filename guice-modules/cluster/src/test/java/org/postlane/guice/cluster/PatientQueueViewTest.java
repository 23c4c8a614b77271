// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.blob.api.HashBlobId;
import org.apache.james.blob.mail.MimeMessagePartsId;
import org.apache.james.queue.rabbitmq.EnqueueId;
import org.apache.james.queue.rabbitmq.view.api.DeleteCondition;
import org.apache.james.queue.rabbitmq.view.api.FakeMailQueueView;
import org.apache.james.queue.rabbitmq.view.cassandra.CassandraMailQueueBrowser.CassandraMailQueueItemView;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class PatientQueueViewTest {
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger deletions = new AtomicInteger();
    private final PatientQueueView view = new PatientQueueView(new FakeMailQueueView<CassandraMailQueueItemView>() {
        @Override
        public Mono<Long> delete(DeleteCondition condition) {
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return Mono.error(new IllegalStateException("Cassandra is away"));
            }
            deletions.incrementAndGet();
            return Mono.just(1L);
        }
    }, new PatientQueueView.Done());

    private static DeleteCondition.WithEnqueueId ofOne() {
        HashBlobId.Factory ids = new HashBlobId.Factory();
        return DeleteCondition.withEnqueueId(EnqueueId.generate(), MimeMessagePartsId.builder()
            .headerBlobId(ids.from("header")).bodyBlobId(ids.from("body")).build());
    }

    @Test
    void aMailThatIsDoneIsTakenOffTheListWhenCassandraIsBack() {
        failures.set(2);

        assertThat(Mono.from(view.delete(ofOne())).block()).isEqualTo(1);
        assertThat(deletions).hasValue(0);
        await().until(() -> deletions.get() == 1);
        assertThat(failures).hasValue(0);
    }

    @Test
    void aMailThatIsDoneIsGoneFromTheFirstMomentOn() {
        failures.set(Integer.MAX_VALUE);
        DeleteCondition.WithEnqueueId condition = ofOne();
        assertThat(view.isPresent(condition.getEnqueueId()).block()).isTrue();

        Mono.from(view.delete(condition)).block();

        assertThat(deletions).hasValue(0);
        assertThat(view.isPresent(condition.getEnqueueId()).block()).isFalse();
        assertThat(view.isPresent(EnqueueId.generate()).block()).isTrue();
        failures.set(0);
        await().until(() -> deletions.get() == 1);
    }

    @Test
    void whoRemovesMailIsToldThatItCouldNotBeDone() {
        failures.set(1);

        assertThatThrownBy(() -> Mono.from(view.delete(DeleteCondition.all())).block()).hasMessage("Cassandra is away");
        assertThat(deletions).hasValue(0);
    }
}
