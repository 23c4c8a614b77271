// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.lane.TestLanes.EXTERNAL;
import static org.postlane.lane.TestLanes.LOCAL;
import static org.postlane.lane.TestLanes.mail;

import java.util.ArrayList;
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

    private Thread serve(DeliverByType mailet, Mail mail) {
        Thread thread = new Thread(() -> {
            try {
                mailet.service(mail);
            } catch (MessagingException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void aRunThatTakesLongIsAwaitedByTheSpoolAndIsNeitherInTheQueueNorRepeated() throws Exception {
        DeliverByType mailet = started("localTimeout", "100 ms");
        lanes.onProcessor("local-delivery", this::hold);
        MailImpl mail = mail(LOCAL);
        Thread spool = serve(mailet, mail);
        await().until(() -> lanes.count("local", "stuck") == 1);

        assertThat(spool.isAlive()).isTrue();
        assertThat(lanes.queues.memory("lane-local").getSize()).isZero();
        release.countDown();
        spool.join();
        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(enqueued).isEmpty();
        assertThat(lanes.delivered()).containsExactly("local-delivery[ann@example.org]");
        assertThat(lanes.queues.memory("spool").getSize()).isZero();
    }

    @Test
    void whileOneTakesLongAndForAWhileAfterItTheOthersTakeTheQueue() throws Exception {
        DeliverByType mailet = started("localTimeout", "300 ms");
        lanes.onProcessor("local-delivery", mail -> {
            if (mail.getName().startsWith("Slow")) {
                hold(mail);
            }
        });
        Thread spool = serve(mailet, mail("Slow", List.of(LOCAL)));
        await().until(() -> lanes.count("local", "stuck") == 1);
        mailet.service(mail("Mail2", List.of(LOCAL)));

        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        assertThat(enqueued).hasSize(1);
        release.countDown();
        spool.join();
        mailet.service(mail("Mail3", List.of(LOCAL)));
        await().until(() -> lanes.deliveries.size() == 3);
        assertThat(enqueued).hasSize(2);
    }

    @Test
    void aSpoolThatIsInterruptedKeepsTheMailAndAwaitsTheSameRunWhenItComesBack() throws Exception {
        DeliverByType mailet = started();
        lanes.onProcessor("local-delivery", this::hold);
        Thread spool = serve(mailet, mail(LOCAL));
        await().until(() -> lanes.count("local", "handedOver") == 0 && spool.getState() == Thread.State.WAITING);
        spool.interrupt();
        spool.join();
        Mail returned = lanes.queues.memory("spool").browse().next().getMail();
        assertThat(returned.getRecipients()).extracting(MailAddress::asString).containsExactly(LOCAL);

        release.countDown();
        mailet.service(returned);
        assertThat(returned.getState()).isEqualTo(Mail.GHOST);
        assertThat(lanes.delivered()).containsExactly("local-delivery[ann@example.org]");
        assertThat(enqueued).isEmpty();
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
    void theSpoolWaitsForAFewAtMostAndTheRestTakesTheQueue() throws Exception {
        DeliverByType mailet = started("localConcurrency", "20");
        lanes.onProcessor("local-delivery", this::hold);
        List<Thread> spool = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            spool.add(serve(mailet, mail("Mail" + i, List.of(LOCAL))));
        }
        await().until(() -> waiting(spool) <= StraightRuns.MOST && enqueued.size() + waiting(spool) == 10);

        release.countDown();
        for (Thread thread : spool) {
            thread.join();
        }
        await().until(() -> lanes.count("local", "processed") == 11);
        await().until(() -> lanes.queues.memory("lane-local").getSize() == 0);
        assertThat(lanes.deliveries).hasSize(10);
        assertThat(enqueued).hasSizeBetween(6, 9).doesNotHaveDuplicates();
    }

    private static long waiting(List<Thread> threads) {
        return threads.stream().filter(Thread::isAlive).count();
    }
}
