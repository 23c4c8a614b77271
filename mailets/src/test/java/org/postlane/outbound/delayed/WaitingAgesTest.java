// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.Test;
import org.postlane.lane.JumpingClock;
import org.postlane.outbound.mail.QueueTimes;
import reactor.core.publisher.Flux;

class WaitingAgesTest {
    private final JumpingClock clock = new JumpingClock();
    private final Instant noon = clock.instant();
    private final WaitingAges ages = new WaitingAges(clock);

    private Mail queuedNow(String name) throws Exception {
        Mail mail = FakeMail.builder().name(name).recipient("a@b.test").build();
        QueueTimes.markQueued(mail, clock);
        return mail;
    }

    private Mail delayed(Mail mail, Duration delay) {
        QueueTimes.delay(mail, delay, clock);
        ages.wentIn(mail);
        return mail;
    }

    @Test
    void theOldestOfThoseThatWaitIsTheOneThatWasQueuedFirst() throws Exception {
        Mail first = queuedNow("first");
        clock.jump(Duration.ofMinutes(10));
        Mail second = queuedNow("second");
        delayed(second, Duration.ofMinutes(5));
        assertThat(ages.oldest()).contains(noon.plus(Duration.ofMinutes(10)));
        delayed(first, Duration.ofHours(4));
        assertThat(ages.oldest()).contains(noon);
        ages.cameOut(first);
        assertThat(ages.oldest()).contains(noon.plus(Duration.ofMinutes(10)));
        ages.cameOut(second);
        assertThat(ages.oldest()).isEmpty();
    }

    @Test
    void ofTwoThatAreAlikeOneStaysWhenTheOtherComesOut() throws Exception {
        Mail one = delayed(queuedNow("one"), Duration.ofMinutes(5));
        delayed(queuedNow("other"), Duration.ofMinutes(5));
        ages.cameOut(one);
        assertThat(ages.oldest()).contains(noon);
    }

    @Test
    void mailThatNeverComesOutIsForgottenAnHourAfterItWasDue() throws Exception {
        delayed(queuedNow("deleted"), Duration.ofMinutes(5));
        clock.jump(Duration.ofMinutes(64));
        assertThat(ages.oldest()).contains(noon);
        clock.jump(Duration.ofMinutes(2));
        assertThat(ages.oldest()).isEmpty();
    }

    @Test
    void mailThatIsDueOrWasQueuedByAnotherMailetIsNotCounted() throws Exception {
        ages.wentIn(queuedNow("due"));
        Mail foreign = FakeMail.builder().name("foreign").recipient("a@b.test").build();
        QueueTimes.delay(foreign, Duration.ofMinutes(5), clock);
        ages.wentIn(foreign);
        ages.cameOut(foreign);
        assertThat(ages.oldest()).isEmpty();
    }

    @Test
    void whatAQueueTakesIsCountedUntilItComesOut() throws Exception {
        MemoryMailQueueFactory.MemoryCacheableMailQueue memory = new MemoryMailQueueFactory.MemoryCacheableMailQueue(
            MailQueueName.of("out"), new RawMailQueueItemDecoratorFactory(), clock);
        MeasuredQueue queue = new MeasuredQueue(memory, ages);
        Mail mail = queuedNow("mail");
        QueueTimes.delay(mail, Duration.ofMillis(1), clock);
        queue.enQueue(mail, Duration.ofMillis(1));
        assertThat(ages.oldest()).contains(noon);
        clock.jump(Duration.ofSeconds(1));
        MailQueue.MailQueueItem item = Flux.from(queue.deQueue()).blockFirst(Duration.ofMinutes(1));
        assertThat(item.getMail().getName()).isEqualTo("mail");
        assertThat(ages.oldest()).isEmpty();
        item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS);
        memory.close();
    }
}
