// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.local.LocalFixture.mail;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.apache.james.mailbox.exception.MailboxNameException;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.local.LocalFixture;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

class FanOutToManyTest {
    private static final int MANY = 10_000;
    private static final long FIFTY_MEGABYTES = 50L << 20;

    private LocalFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LocalFixture();
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private static String[] users(int number) {
        return IntStream.range(0, number).mapToObj(i -> "u" + i + "@example.org").toArray(String[]::new);
    }

    @Test
    void oneMailToTenThousandMailboxesDeliversTenThousandWithOneThatFailsAndOneThatStalls() throws Exception {
        Sinks.Empty<Void> release = Sinks.empty();
        fixture.mailboxes.onOpen("u17@example.org", () -> Mono.error(new MailboxNameException("broken")));
        fixture.mailboxes.onOpen("u4711@example.org", release::asMono);
        fixture.lanes.mailet("localTimeout", "20 s");
        Mail mail = mail("Mail1", "Subject: to all\r\n\r\nText\r\n", users(MANY));
        fixture.ours().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(fixture.count("localDeliveredMails")).isEqualTo(MANY - 2);
        assertThat(fixture.sent).singleElement()
            .satisfies(sent -> assertThat(sent.recipients()).containsExactly("u17@example.org"));
        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        await().atMost(Duration.ofMinutes(1)).until(() -> fixture.lanes.queues.memory("local-retry").getSize() == 0);
        for (int i = 0; i < MANY; i++) {
            if (i != 17) {
                assertThat(fixture.mailboxes.inInbox("u" + i + "@example.org")).as("mailbox " + i).isEqualTo(1);
            }
        }
        assertThat(fixture.mailboxes.contents("u17@example.org")).isEmpty();
        assertThat(fixture.sent).hasSize(1);
    }

    @Test
    void aMailToOneDoesNotWaitForAMailToTenThousand() throws Exception {
        fixture.lanes.mailet("localRecipientsInFlight", "2");
        CountDownLatch begun = new CountDownLatch(2);
        Sinks.Empty<Void> release = Sinks.empty();
        AtomicInteger delivered = new AtomicInteger();
        fixture.mailboxes.onAppend = command -> {
            begun.countDown();
            release.asMono().block();
            delivered.incrementAndGet();
        };
        FanOutLocalDelivery mailet = fixture.ours();
        Thread toMany = service(mailet, mail("Many", "Subject: to all\r\n\r\nText\r\n", users(MANY)));
        begun.await();
        AtomicInteger deliveredBefore = new AtomicInteger(-1);
        fixture.mailboxes.onOpen("ann@example.org", () -> Mono.fromRunnable(() -> deliveredBefore.set(delivered.get())));
        Thread toOne = service(mailet, mail("One", "Subject: to one\r\n\r\nText\r\n", "ann@example.org"));
        await().until(() -> toOne.getState() == Thread.State.WAITING);
        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        toOne.join();
        toMany.join();

        // Of ten thousand, the two under way and those that began between its arrival and its turn.
        assertThat(deliveredBefore.get()).isBetween(0, 100);
        assertThat(fixture.count("localDeliveredMails")).isEqualTo(MANY + 1);
    }

    private static Thread service(FanOutLocalDelivery mailet, Mail mail) {
        Thread thread = new Thread(() -> {
            try {
                mailet.service(mail);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        return thread;
    }

    /** A copy on the heap for each would need more than the 1 GB that the tests have; James writes on so many threads at most. */
    @Test
    void aMessageOfFiftyMegabytesIsInOneFileWhileManyMailboxesReadItAndNoneStaysBehind() throws Exception {
        Set<File> before = files();
        CountDownLatch together = new CountDownLatch(Math.min(50, Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE));
        Set<Integer> filesSeen = ConcurrentHashMap.newKeySet();
        Set<Long> sizes = ConcurrentHashMap.newKeySet();
        fixture.mailboxes.onAppend = command -> {
            try (InputStream in = command.getMsgIn().getInputStream()) {
                in.readNBytes(1 << 20);
                together.countDown();
                together.await(1, TimeUnit.MINUTES);
                filesSeen.add(newFiles(before).size());
                long size = (1 << 20) + in.transferTo(OutputStream.nullOutputStream());
                sizes.add(size);
                assertThat(command.getMsgIn().size()).isEqualTo(size);
            }
        };
        MailImpl mail = MailImpl.builder().name("Big").sender("sender@elsewhere.example").addRecipients(users(100)).build();
        mail.setMessageNoCopy(new MimeMessageWrapper(big()));
        fixture.lanes.mailet("localRecipientsInFlight", "50", "localTimeout", "5 min",
            "localMegabytesInFlight", "3000");
        fixture.ours().service(mail);

        assertThat(fixture.count("localDeliveredMails")).isEqualTo(100);
        assertThat(filesSeen).containsExactly(1);
        assertThat(sizes).singleElement().satisfies(size -> assertThat(size).isGreaterThan(FIFTY_MEGABYTES));
        assertThat(newFiles(before)).isEmpty();
    }

    /** A database holds each on the heap while it writes it. */
    @Test
    void ofLargeCopiesOneIsWrittenAtATimeWhereThereIsNoRoomForTwoAndASmallMailPassesThem() throws Exception {
        fixture.lanes.mailet("localMegabytesInFlight", "60");
        CountDownLatch smallOne = new CountDownLatch(1);
        AtomicInteger waitedInVain = new AtomicInteger();
        AtomicInteger atATime = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        fixture.mailboxes.onAppend = command -> {
            if (command.getMsgIn().size() < FIFTY_MEGABYTES) {
                smallOne.countDown();
                return;
            }
            most.accumulateAndGet(atATime.incrementAndGet(), Math::max);
            if (!smallOne.await(10, TimeUnit.SECONDS)) {
                waitedInVain.incrementAndGet();
            }
            atATime.decrementAndGet();
        };
        FanOutLocalDelivery mailet = fixture.ours();
        MailImpl mail = MailImpl.builder().name("Big").sender("sender@elsewhere.example").addRecipients(users(20)).build();
        mail.setMessageNoCopy(new MimeMessageWrapper(big()));
        Thread large = service(mailet, mail);
        await().until(() -> most.get() > 0);
        mailet.service(mail("One", "Subject: to one\r\n\r\nText\r\n", "ann@example.org"));
        large.join();

        assertThat(most).hasValue(1);
        assertThat(waitedInVain).hasValue(0);
        assertThat(fixture.count("localDeliveredMails")).isEqualTo(20 + 1);
    }

    /** Made while it is read. */
    private static MimeMessageSource big() {
        byte[] header = "Subject: big\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return new MimeMessageSource() {
            @Override
            public String getSourceId() {
                return "big";
            }

            @Override
            public long getMessageSize() {
                return header.length + FIFTY_MEGABYTES;
            }

            @Override
            public InputStream getInputStream() {
                return new SequenceInputStream(new ByteArrayInputStream(header), new InputStream() {
                    private long left = FIFTY_MEGABYTES;

                    @Override
                    public int read() {
                        return left-- > 0 ? 'x' : -1;
                    }

                    @Override
                    public int read(byte[] octets, int from, int most) {
                        int length = (int) Math.min(left, most);
                        Arrays.fill(octets, from, from + length, (byte) 'x');
                        left -= length;
                        return length > 0 || most == 0 ? length : -1;
                    }
                });
            }
        };
    }

    private static Set<File> files() {
        return Set.of(new File(System.getProperty("java.io.tmpdir"))
            .listFiles((directory, name) -> name.startsWith("postlane-local-")));
    }

    private static Set<File> newFiles(Set<File> before) {
        Set<File> files = new HashSet<>(files());
        files.removeAll(before);
        return files;
    }
}
