// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.lane.TestLanes.EXTERNAL;
import static org.postlane.lane.TestLanes.LOCAL;
import static org.postlane.lane.TestLanes.mail;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.mailet.DeliverByType;

class StraightRunTest {
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<String> enqueued = new CopyOnWriteArrayList<>();
    private TestLanes lanes;

    @BeforeEach
    void setUp() throws Exception {
        lanes = new TestLanes();
        lanes.queues.onEnqueue("lane-local", mail -> enqueued.add(mail.getName()));
    }

    @AfterEach
    void tearDown() {
        release.countDown();
        lanes.lanes.close();
    }

    private void hold(Mail mail) throws MessagingException {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new MessagingException("interrupted", e);
        }
    }

    /** The lanes run as soon as a mail has come through the queue. */
    private DeliverByType started(String... parameters) throws Exception {
        DeliverByType mailet = lanes.mailet(parameters);
        lanes.queues.memory("lane-local").enQueue(mail("first", List.of(LOCAL)));
        await().until(() -> lanes.count("local", "processed") == 1);
        lanes.deliveries.clear();
        return mailet;
    }

    @Test
    void aMailToOneUserHereIsDeliveredBeforeTheSpoolLetsGoOfItAndIsNeverInTheQueue() throws Exception {
        DeliverByType mailet = started();
        MailImpl mail = mail(LOCAL);
        mailet.service(mail);

        assertThat(lanes.delivered()).containsExactly("local-delivery[ann@example.org]");
        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(enqueued).isEmpty();
        assertThat(lanes.count("local", "handedOver")).isEqualTo(1);
    }

    @Test
    void aMailThatHasOtherPartsTakesTheQueue() throws Exception {
        started().service(mail(LOCAL, EXTERNAL));

        lanes.awaitDeliveries("local-delivery[ann@example.org]", "external[bob@elsewhere.example]");
        assertThat(enqueued).hasSize(1);
    }

    @Test
    void aRunThatTakesLongLeavesTheSpoolAndIsInTheQueueAndIsNotRepeated() throws Exception {
        lanes.onProcessor("local-delivery", mail -> {
            if (!mail.getName().startsWith("first")) {
                hold(mail);
            }
        });
        DeliverByType mailet = started();
        MailImpl mail = mail(LOCAL);
        mailet.service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(lanes.deliveries).isEmpty();
        assertThat(lanes.queues.memory("lane-local").getSize()).isEqualTo(1);
        release.countDown();
        await().until(() -> lanes.queues.memory("lane-local").getSize() == 0);
        assertThat(lanes.delivered()).containsExactly("local-delivery[ann@example.org]");
        assertThat(lanes.queues.memory("spool").getSize()).isZero();
    }

    @Test
    void whileOneTakesLongTheOthersTakeTheQueue() throws Exception {
        lanes.onProcessor("local-delivery", mail -> {
            if (mail.getName().startsWith("Slow")) {
                hold(mail);
            }
        });
        DeliverByType mailet = started();
        mailet.service(mail("Slow", List.of(LOCAL)));
        mailet.service(mail("Mail2", List.of(LOCAL)));

        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        assertThat(enqueued).hasSize(2);
        release.countDown();
        await().until(() -> lanes.queues.memory("lane-local").getSize() == 0);
        mailet.service(mail("Mail3", List.of(LOCAL)));
        assertThat(enqueued).hasSize(2);
        assertThat(lanes.deliveries).hasSize(3);
    }

    @Test
    void aRunThatFailsAndCannotGoIntoTheQueueStaysInTheSpool() throws Exception {
        DeliverByType mailet = started();
        lanes.onProcessor("local-delivery", mail -> {
            throw new MessagingException("no");
        });
        lanes.queues.fail("lane-local");
        mailet.service(mail(LOCAL));

        assertThat(lanes.queues.memory("spool").browse().next().getMail().getRecipients()).extracting(MailAddress::asString)
            .containsExactly(LOCAL);
        lanes.onProcessor("local-delivery", mail -> { });
        mailet.service(lanes.queues.memory("spool").browse().next().getMail());
        assertThat(lanes.delivered()).containsExactly("local-delivery[ann@example.org]");
    }

    @Test
    void aRunThatTakesLongWhileTheQueueIsDownIsNotRepeatedWhenItsMailComesBack() throws Exception {
        DeliverByType mailet = started();
        lanes.onProcessor("local-delivery", this::hold);
        lanes.queues.fail("lane-local");
        mailet.service(mail(LOCAL));
        Mail returned = lanes.queues.memory("spool").browse().next().getMail();
        assertThat(returned.getRecipients()).extracting(MailAddress::asString).containsExactly(LOCAL);

        release.countDown();
        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        mailet.service(returned);
        assertThat(returned.getState()).isEqualTo(Mail.GHOST);
        assertThat(lanes.count("local", "handedOver")).isEqualTo(1);
        assertThat(lanes.deliveries).hasSize(1);
    }

    @Test
    void aCopyOfARunThatACrashHasEndedIsRunAsAnyMail() throws Exception {
        started();
        MailImpl copy = mail("Copy", List.of(LOCAL));
        copy.setState("local-delivery");
        Bookkeeping.setUnderWay(copy, "a run of the process before");
        lanes.queues.memory("lane-local").enQueue(copy);

        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        assertThat(Bookkeeping.underWay(lanes.deliveries.get(0).copy)).isEmpty();
    }

    @Test
    void theSpoolWaitsForAFewAtMostAndTheRestTakesTheQueue() throws Exception {
        DeliverByType mailet = started("localConcurrency", "20");
        lanes.onProcessor("local-delivery", this::hold);
        List<Thread> spool = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 10; i++) {
            MailImpl mail = mail("Mail" + i, List.of(LOCAL));
            Thread thread = new Thread(() -> {
                try {
                    mailet.service(mail);
                } catch (MessagingException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
            spool.add(thread);
        }
        for (Thread thread : spool) {
            thread.join();
        }

        // Those for which it waited are in the queue by now, too.
        assertThat(enqueued).hasSize(10).doesNotHaveDuplicates();
        release.countDown();
        await().until(() -> lanes.count("local", "processed") == 11);
        await().until(() -> lanes.queues.memory("lane-local").getSize() == 0);
        assertThat(lanes.deliveries).hasSize(10);
    }
}
