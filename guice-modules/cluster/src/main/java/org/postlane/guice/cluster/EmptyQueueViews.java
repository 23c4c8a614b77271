// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import org.apache.james.lifecycle.api.Startable;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.rabbitmq.view.cassandra.configuration.CassandraMailQueueViewConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * Moves on the beginning of the list of a queue that is empty, and removes what stands before it. James does so while mail is
 * left in the queue, by the place of the oldest: a queue that is empty whenever it is looked at keeps a line for each mail for
 * ever, and is listed and counted from the day when it was made. Each node does it; done twice it does no harm.
 */
final class EmptyQueueViews implements Startable {
    /** What is being put into the queue in this moment stands behind, even if the clocks of the nodes differ. */
    private static final Duration MARGIN = Duration.ofHours(1);
    private static final Duration PERIOD = Duration.ofHours(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(EmptyQueueViews.class);

    private final CqlSession session;
    private final BoundMailQueues queues;
    private final CassandraMailQueueViewConfiguration view;
    private final Clock clock;

    @Inject
    EmptyQueueViews(CqlSession session, BoundMailQueues queues, CassandraMailQueueViewConfiguration view, Clock clock) {
        this.session = session;
        this.queues = queues;
        this.view = view;
        this.clock = clock;
    }

    /** Looks now and every hour, until the session with Cassandra is closed. */
    void start() {
        Disposable unused =
            Schedulers.boundedElastic().schedulePeriodically(this::look, 0, PERIOD.toSeconds(), TimeUnit.SECONDS);
    }

    private void look() {
        if (session.isClosed()) {
            return;
        }
        try {
            moveOn();
        } catch (Exception e) {
            // The next look does it.
            LOGGER.warn("The lists of empty queues were not cleared", e);
        }
    }

    /** Once, all queues. */
    void moveOn() throws Exception {
        for (MailQueueName name : queues.listCreatedMailQueues()) {
            Instant until = sliceOf(clock.instant().minus(MARGIN));
            Optional<? extends ManageableMailQueue> queue = queues.getQueue(name, MailQueueFactory.defaultPrefetchCount());
            if (queue.isPresent() && queue.get().getSize() == 0) {
                moveOn(name.asString(), until);
            }
        }
    }

    private Instant sliceOf(Instant time) {
        long window = view.getSliceWindow().toSeconds();
        return Instant.ofEpochSecond(time.getEpochSecond() / window * window);
    }

    private void moveOn(String queue, Instant until) {
        Instant from = instant("SELECT contentStart FROM contentStart WHERE queueName = ?", queue);
        Instant listed = instant("SELECT browseStart FROM browseStart WHERE queueName = ?", queue);
        if (from == null || listed == null || !listed.isBefore(until)) {
            return;
        }
        execute("UPDATE browseStart SET browseStart = ? WHERE queueName = ?", until, queue);
        for (Instant slice = from; slice.isBefore(until); slice = slice.plus(view.getSliceWindow())) {
            for (int bucket = 0; bucket < view.getBucketCount(); bucket++) {
                clear(queue, slice, bucket);
            }
        }
        execute("UPDATE contentStart SET contentStart = ? WHERE queueName = ?", until, queue);
    }

    private void clear(String queue, Instant slice, int bucket) {
        String bucketOfSlice = " FROM enqueuedMailsV4 WHERE queueName = ? AND timeRangeStart = ? AND bucketId = ?";
        for (Row row : session.execute(SimpleStatement.newInstance("SELECT enqueueId" + bucketOfSlice, queue, slice, bucket))) {
            execute("DELETE FROM deletedMailsV2 WHERE queueName = ? AND enqueueId = ?", queue, row.getUuid(0));
        }
        execute("DELETE" + bucketOfSlice, queue, slice, bucket);
    }

    private Instant instant(String question, String queue) {
        Row row = session.execute(SimpleStatement.newInstance(question, queue)).one();
        return row == null ? null : row.getInstant(0);
    }

    private void execute(String statement, Object... values) {
        session.execute(SimpleStatement.newInstance(statement, values));
    }
}
