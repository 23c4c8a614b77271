// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.local.LocalFixture.mail;
import static org.postlane.local.LocalFixture.mailTo;
import static org.postlane.recipient.TestDirectory.address;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.mail.MessagingException;

import com.github.fge.lambdas.Throwing;
import org.apache.james.core.Username;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.exception.MailboxExistsException;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders.Header;
import org.apache.mailet.StorageDirective;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.james.StopTime;
import org.postlane.local.LocalFixture;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class FanOutLocalDeliveryTest {
    private static final String ANN = "ann@example.org";
    private static final String BOB = "bob@example.org";
    private static final String CAT = "cat@example.org";

    private LocalFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LocalFixture(true);
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    /** Attempts that last longer than this are overdue. */
    private FanOutLocalDelivery impatient(String... parameters) throws Exception {
        fixture.lanes.mailet("localTimeout", "300 ms");
        return fixture.ours(parameters);
    }

    private static Mono<Void> failing() {
        return Mono.error(new MailboxException("the store is away"));
    }

    private long waiting() throws Exception {
        return fixture.lanes.queues.memory("local-retry").getSize();
    }

    @Test
    void aFailureThatPassesIsTriedAgainForThatRecipientAlone() throws Exception {
        AtomicInteger failures = new AtomicInteger(2);
        fixture.mailboxes.onOpen(BOB, () -> failures.getAndDecrement() > 0 ? failing() : Mono.empty());
        MailImpl mail = mailTo(ANN, BOB, CAT);
        fixture.ours().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(List.of(fixture.mailboxes.count(ANN), fixture.mailboxes.count(BOB), fixture.mailboxes.count(CAT)))
            .containsOnly(1);
        assertThat(fixture.count("postlane.local.retried")).isEqualTo(2);
        assertThat(fixture.count("localDeliveredMails")).isEqualTo(3);
        assertThat(fixture.sent).isEmpty();
    }

    /** Of a kind that is not known, and longer than the retries of a run take. */
    @Test
    void aFailureThatLastsForMinutesCostsNoMailAndNobodyHearsOfIt() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        fixture.mailboxes.onOpen(BOB, () -> attempts.incrementAndGet() <= 30 ? failing() : Mono.empty());
        fixture.ours("retries", "2").service(mailTo(ANN, BOB, CAT));

        assertThat(fixture.count("localDeliveredMails")).isEqualTo(2);
        await().atMost(Duration.ofMinutes(1)).until(() -> fixture.count("localDeliveredMails") == 3);
        assertThat(fixture.count("postlane.local.retried")).isEqualTo(20);
        assertThat(List.of(fixture.mailboxes.count(ANN), fixture.mailboxes.count(BOB), fixture.mailboxes.count(CAT)))
            .containsOnly(1);
        assertThat(fixture.count("postlane.local.putOff")).isEqualTo(10);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void aFailureThatDoesNotPassForLongGoesToErrorForThatRecipientAlone() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        fixture.mailboxes.onOpen(BOB, () -> {
            attempts.incrementAndGet();
            return failing();
        });
        fixture.ours("retries", "2").service(mailTo(ANN, BOB, CAT));

        await().atMost(Duration.ofMinutes(1)).until(() -> !fixture.sent.isEmpty());
        assertThat(attempts).hasValue(3 * 13);
        assertThat(fixture.sent).singleElement().satisfies(sent -> {
            assertThat(sent.name()).startsWith("error-Mail1-retry12-");
            assertThat(sent.state()).isEqualTo("error");
            assertThat(sent.recipients()).containsExactly(BOB);
        });
        assertThat(fixture.mailboxes.count(ANN) + fixture.mailboxes.count(CAT)).isEqualTo(2);
    }

    @Test
    void aFullMailboxIsNotTriedAgainAndGoesToErrorAlone() throws Exception {
        fixture.mailboxes.limit(BOB, 0);
        fixture.ours("retries", "100").service(mailTo(ANN, BOB));

        assertThat(fixture.count("postlane.local.retried")).isZero();
        assertThat(fixture.sent).singleElement().satisfies(sent -> assertThat(sent.recipients()).containsExactly(BOB));
        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(1);
    }

    @Test
    void somebodyElseMayCreateTheMailboxAtTheSameTime() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        fixture.mailboxes.onCreate = path -> looks.getAndIncrement() == 0
            ? new MailboxExistsException(path.getName()) : null;
        fixture.ours("retries", "0").service(mailTo(ANN));

        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(1);
        assertThat(looks).hasValue(1);
    }

    @Test
    void manyMailsAtOnceCreateOneMailbox() throws Exception {
        FanOutLocalDelivery mailet = fixture.ours();
        List<CompletableFuture<Void>> running = IntStream.range(0, 8).mapToObj(i -> CompletableFuture.runAsync(() -> {
            try {
                mailet.service(mail("Mail" + i, "Subject: one\r\n\r\nText", ANN));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        })).toList();
        running.forEach(CompletableFuture::join);

        assertThat(fixture.contents(ANN)).hasSize(1);
        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(8);
    }

    @Test
    void aMailboxThatStallsDelaysOnlyItselfAndGetsTheMailOnce() throws Exception {
        Sinks.Empty<Void> release = Sinks.empty();
        fixture.mailboxes.onOpen(BOB, release::asMono);
        fixture.lanes.queues.jumps = false;
        MailImpl mail = mailTo(ANN, BOB, CAT);
        impatient().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        await().until(() -> fixture.count("localDeliveredMails") == 2);
        assertThat(fixture.mailboxes.count(BOB)).isZero();
        await().until(() -> waiting() > 0);
        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        fixture.lanes.queues.clock.jump(Duration.ofMinutes(1));

        await().atMost(Duration.ofMinutes(1)).until(() -> waiting() == 0);
        assertThat(fixture.mailboxes.count(BOB)).isEqualTo(1);
        assertThat(fixture.count("localDeliveredMails")).isEqualTo(3);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void aMailboxThatHangsForEverIsGivenUpAfterManyRunsAndTheSenderHearsThatItMayHaveTheMail() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        fixture.mailboxes.onOpen(BOB, () -> {
            begun.incrementAndGet();
            return Mono.never();
        });
        impatient().service(mailTo(BOB));

        await().atMost(Duration.ofMinutes(1)).until(() -> !fixture.sent.isEmpty());
        assertThat(fixture.sent).singleElement().satisfies(sent -> {
            assertThat(sent.name()).startsWith("error-").endsWith("-unanswered");
            assertThat(sent.recipients()).containsExactly(BOB);
            assertThat(sent.error()).contains("may be in it all the same");
        });
        assertThat(begun).hasValue(1);
        assertThat(fixture.count("postlane.local.putOff")).isEqualTo(12);
    }

    /** Longer than the 45 minutes after which one that may have the mail is given up. */
    @Test
    void aDatabaseThatIsAwayForHoursCostsNoMailAndNobodyHearsOfIt() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        fixture.mailboxes.onOpen(BOB, () -> attempts.incrementAndGet() <= 40
            ? Mono.error(new MailboxException("no connection", new SQLException("refused", "08001"))) : Mono.empty());
        fixture.ours("retries", "0").service(mailTo(BOB));

        await().atMost(Duration.ofMinutes(1)).until(() -> fixture.mailboxes.count(BOB) == 1);
        assertThat(attempts).hasValueGreaterThan(40);
        assertThat(fixture.count("postlane.local.putOff")).isEqualTo(40);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void aMailboxThatWasInDoubtOnceWaitsForItsDatabaseLikeAnyOther() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Sinks.Empty<Void> release = Sinks.empty();
        Mono<Void> away = Mono.error(new MailboxException("no connection", new SQLException("refused", "08001")));
        fixture.mailboxes.onOpen(BOB, () -> {
            int attempt = attempts.incrementAndGet();
            return attempt == 1 ? release.asMono().then(away) : attempt <= 40 ? away : Mono.empty();
        });
        // The attempt that nobody waits for any longer ends with a failure before its mail comes again.
        fixture.lanes.queues.onEnqueue("local-retry", mail -> release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST));
        fixture.lanes.mailet("localTimeout", "100 ms");
        fixture.ours("retries", "0").service(mailTo(BOB));

        await().atMost(Duration.ofMinutes(1)).until(() -> fixture.mailboxes.count(BOB) == 1);
        assertThat(attempts).hasValueGreaterThan(40);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void theEndWaitsForNoMailboxOnceTheTimeOfTheStopIsUsedUp() throws Exception {
        AtomicLong now = new AtomicLong();
        StopTime used = new StopTime(Duration.ofHours(2), now::get);
        LocalFixture own = new LocalFixture(false, used);
        own.mailboxes.onOpen(BOB, Mono::never);
        FanOutLocalDelivery mailet = own.ours();
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            try {
                mailet.service(mailTo(BOB));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        // Another part of James has had all of it.
        assertThat(used.leftForWhatRuns()).isPositive();
        now.addAndGet(Duration.ofHours(2).toNanos());

        own.close();
        running.join();
        assertThat(own.sent).isEmpty();
    }

    @Test
    void whileAMailboxHangsNoOtherMailIsBegunThereAndAllCountAsOneHangingSlot() throws Exception {
        fixture.lanes.mailet("localTimeout", "300 ms", "localRecipientsInFlight", "2");
        fixture.lanes.queues.jumps = false;
        FanOutLocalDelivery mailet = fixture.ours();
        Sinks.Empty<Void> release = Sinks.empty();
        AtomicInteger begun = new AtomicInteger();
        fixture.mailboxes.onOpen(BOB, () -> {
            begun.incrementAndGet();
            return release.asMono();
        });
        mailet.service(mail("First", "Subject: one\r\n\r\nText", BOB));
        for (int i = 0; i < 10; i++) {
            mailet.service(mail("Other" + i, "Subject: one\r\n\r\nText", BOB));
        }
        mailet.service(mail("Last", "Subject: one\r\n\r\nText", ANN));

        assertThat(begun).hasValue(1);
        await().until(() -> fixture.mailboxes.count(ANN) == 1);
        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        fixture.lanes.queues.clock.jump(Duration.ofMinutes(1));
        await().atMost(Duration.ofMinutes(1)).until(() -> fixture.mailboxes.count(BOB) == 11 && waiting() == 0);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void noMoreMailboxesThanTheLaneSaysAreWrittenAtATimeOverAllMails() throws Exception {
        fixture.lanes.mailet("localRecipientsInFlight", "3");
        FanOutLocalDelivery mailet = fixture.ours();
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        fixture.mailboxes.onAppend = command -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            LockSupport.parkNanos(100_000);
            now.decrementAndGet();
        };
        List<CompletableFuture<Void>> running = IntStream.range(0, 4).mapToObj(i -> CompletableFuture.runAsync(() -> {
            try {
                mailet.service(mail("Mail" + i, "Subject: one\r\n\r\nText",
                    IntStream.range(0, 100).mapToObj(user -> "u" + user + "@example.org").toArray(String[]::new)));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        })).toList();
        running.forEach(CompletableFuture::join);

        assertThat(most).hasValueLessThanOrEqualTo(3);
        assertThat(fixture.count("localDeliveredMails")).isEqualTo(400);
    }

    @Test
    void withoutALaneAHundredMailboxesAreWrittenAtATime() throws Exception {
        CountDownLatch together = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            fixture.mailboxes.onOpen("u" + i + "@example.org", () -> Mono.fromRunnable(() -> {
                together.countDown();
                try {
                    together.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        fixture.ours().service(mail("Mail1", "Subject: one\r\n\r\nText",
            IntStream.range(0, 100).mapToObj(i -> "u" + i + "@example.org").toArray(String[]::new)));

        assertThat(fixture.count("localDeliveredMails")).isEqualTo(100);
    }

    @Test
    void whoIsNamedTwiceGetsOneCopy() throws Exception {
        fixture.ours().service(mailTo(ANN, "Ann@example.org", ANN));

        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(1);
    }

    @Test
    void aRecipientThatIsPutOffKeepsItsHeadersFolderAndFlags() throws Exception {
        Sinks.Empty<Void> release = Sinks.empty();
        AtomicInteger looks = new AtomicInteger();
        fixture.mailboxes.onOpen(BOB, () -> looks.getAndIncrement() == 0 ? release.asMono().then(failing()) : Mono.empty());
        MailImpl mail = mailTo(ANN, BOB);
        mail.addSpecificHeaderForRecipient(Header.builder().name("Delivered-To").value(BOB).build(), address(BOB));
        StorageDirective.builder().targetFolder("lists").important(Optional.of(true)).build()
            .encodeAsAttributes(Username.of(BOB)).forEach(mail::setAttribute);
        impatient().service(mail);
        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);

        await().until(() -> waiting() == 0);
        assertThat(fixture.contents(BOB).get("lists")).singleElement().asString()
            .isEqualTo("\\Flagged \\Recent\n" + String.join("\r\n", "Return-Path: <sender@elsewhere.example>",
                "Delivered-To: bob@example.org", "Subject: one", "Message-ID: <1@example.org>", "", "Text", ""));
    }

    @Test
    void aThrownFailureLeavesTheFailedRecipientsAndARunWithAllOfThemRepeatsNone() throws Exception {
        Set<String> broken = ConcurrentHashMap.newKeySet();
        broken.add(BOB);
        fixture.mailboxes.onOpen(BOB, () -> broken.contains(BOB) ? failing() : Mono.empty());
        FanOutLocalDelivery mailet = fixture.ours("onMailetException", "propagate", "retries", "0");
        MailImpl mail = mailTo(ANN, BOB, CAT);

        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class)
            .hasStackTraceContaining("the store is away");
        assertThat(mail.getRecipients()).containsExactly(address(BOB));
        assertThat(mail.getState()).isEqualTo("local-delivery");

        broken.clear();
        // What the spooler does with a mail from which an exception escapes.
        mail.setRecipients(List.of(address(ANN), address(BOB), address(CAT)));
        mailet.service(mail);
        assertThat(List.of(fixture.mailboxes.count(ANN), fixture.mailboxes.count(BOB), fixture.mailboxes.count(CAT)))
            .containsOnly(1);
    }

    @Test
    void whenTheSpoolDoesNotTakeTheErrorMailTheMailKeepsThoseRecipients() throws Exception {
        fixture.mailboxes.limit(BOB, 0);
        fixture.refuse = any -> true;
        MailImpl mail = mailTo(ANN, BOB);
        FanOutLocalDelivery mailet = fixture.ours();

        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class);
        assertThat(mail.getRecipients()).containsExactly(address(BOB));
        assertThat(mail.getState()).isNotEqualTo(Mail.GHOST);
    }

    @Test
    void whenTheQueueDoesNotTakeTheStalledRecipientTheMailKeepsItAndItsAttemptIsNotRepeated() throws Exception {
        Sinks.Empty<Void> release = Sinks.empty();
        fixture.mailboxes.onOpen(BOB, release::asMono);
        fixture.lanes.queues.fail("local-retry");
        FanOutLocalDelivery mailet = impatient();
        MailImpl mail = mailTo(BOB);

        assertThatThrownBy(() -> mailet.service(mail)).isInstanceOf(MessagingException.class);
        assertThat(mail.getRecipients()).containsExactly(address(BOB));
        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        await().until(() -> fixture.count("localDeliveredMails") == 1);
        mailet.service(mail);
        assertThat(fixture.mailboxes.count(BOB)).isEqualTo(1);
    }

    @Test
    void stocksKeysAreReadAndAnyOtherStopsTheStart() throws Exception {
        assertThat(fixture.ours("consume", "false", "onMailetException", "failed", "retries", "7").requiredProcessingState())
            .extracting(state -> state.getValue()).containsExactly("failed");
        assertThat(fixture.ours("onMailetException", "ignore").requiredProcessingState()).isEmpty();
        assertThatThrownBy(() -> fixture.ours("retry", "7")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("FanOutLocalDelivery").hasMessageContaining("<retries>");
        assertThatThrownBy(() -> fixture.ours("retries", "-1")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("from 0 to 1000");
    }

    @Test
    void whoHasNoAnswerWhenJamesStopsGoesToTheQueueAndNotToTheErrorProcessor() throws Exception {
        fixture.lanes.mailet("localRecipientsInFlight", "2");
        fixture.lanes.queues.jumps = false;
        fixture.mailboxes.onOpen(BOB, Mono::never);
        fixture.mailboxes.onOpen("dan@example.org", Mono::never);
        FanOutLocalDelivery mailet = fixture.ours();
        MailImpl mail = mailTo(ANN, BOB, "dan@example.org", CAT);
        CompletableFuture<Void> service = CompletableFuture.runAsync(Throwing.runnable(() -> mailet.service(mail)));
        await().until(() -> fixture.mailboxes.opened("dan@example.org") == 1);
        mailet.destroy();

        service.get(60, TimeUnit.SECONDS);
        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        // The reader of a queue that ignores delays has it in its hands now and then.
        await().until(() -> waiting() == 1);
        assertThat(fixture.count("postlane.local.putOff")).isEqualTo(3);
        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(1);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void mailThatComesAfterTheEndBouncesForNobodyAndIsDeliveredAfterTheRestart() throws Exception {
        FanOutLocalDelivery ended = fixture.ours();
        ended.destroy();
        MailImpl mail = mailTo(ANN, BOB);
        mail.addSpecificHeaderForRecipient(Header.builder().name("Delivered-To").value(BOB).build(), address(BOB));
        StorageDirective.builder().targetFolder("lists").build()
            .encodeAsAttributes(Username.of(BOB)).forEach(mail::setAttribute);
        ended.service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(waiting()).isEqualTo(1);
        assertThat(fixture.mailboxes.opened(ANN) + fixture.mailboxes.opened(BOB)).isZero();
        fixture.ours();
        await().until(() -> fixture.mailboxes.count(ANN) == 1 && fixture.mailboxes.count(BOB) == 1);
        assertThat(fixture.contents(BOB).get("lists")).singleElement().asString().contains("Delivered-To: bob@example.org");
        await().during(Duration.ofMillis(200)).until(() -> waiting() == 0 && fixture.mailboxes.count(ANN) == 1);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    void aMailThatIsInterruptedGoesToTheQueueAndNotToTheErrorProcessor() throws Exception {
        fixture.mailboxes.onOpen(BOB, Mono::never);
        fixture.lanes.queues.jumps = false;
        FanOutLocalDelivery mailet = fixture.ours();
        MailImpl mail = mailTo(ANN, BOB);
        FutureTask<Boolean> service = new FutureTask<>(() -> {
            mailet.service(mail);
            return Thread.currentThread().isInterrupted();
        });
        Thread thread = new Thread(service);
        thread.start();
        await().until(() -> fixture.mailboxes.count(ANN) == 1 && fixture.mailboxes.opened(BOB) == 1);
        thread.interrupt();

        assertThat(service.get(60, TimeUnit.SECONDS)).isTrue();
        await().until(() -> waiting() == 1);
        assertThat(fixture.count("postlane.local.putOff")).isEqualTo(1);
        assertThat(fixture.mailboxes.count(ANN)).isEqualTo(1);
    }

    @Test
    void putOffsOfOneMailHaveNamesOfTheirOwn() throws Exception {
        Set<String> names = ConcurrentHashMap.newKeySet();
        fixture.lanes.queues.onEnqueue("local-retry", mail -> names.add(mail.getName()));
        FanOutLocalDelivery mailet = fixture.ours();
        mailet.destroy();
        mailet.service(mailTo(ANN));
        mailet.service(mailTo(BOB));

        assertThat(names).hasSize(2).allMatch(name -> name.startsWith("Mail1-retry1-"));
    }
}
