// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.recipient.TestDirectory.address;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.james.core.Username;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

class CachedDirectoryTest {
    private static final int ASKING = 16;

    private final AtomicLong nanos = new AtomicLong();
    private final CountDownLatch answer = new CountDownLatch(1);
    private final ExecutorService executor = Executors.newFixedThreadPool(ASKING);
    private TestDirectory directory;
    private RecipientClassifier classifier;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
        classifier = directory.classifier(nanos::get);
    }

    @AfterEach
    void tearDown() {
        answer.countDown();
        executor.shutdownNow();
    }

    private RecipientType type(String address) throws LookupFailedException {
        return classifier.classify(address(address), MappingMode.FOLLOW).type();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private List<Future<RecipientType>> askAllAtOnce() {
        return IntStream.range(0, ASKING)
            .mapToObj(i -> executor.submit(() -> type("ann@example.org")))
            .collect(Collectors.toList());
    }

    private void holdLookups(Runnable then) {
        directory.onLookup(() -> {
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            then.run();
        });
    }

    @Test
    void oneAddressIsLoadedOnceHoweverManyAsk() throws Exception {
        holdLookups(() -> { });
        List<Future<RecipientType>> asked = askAllAtOnce();
        await().until(() -> directory.metrics.countFor(CachedDirectory.HITS_METRIC) == ASKING - 1);
        answer.countDown();

        for (Future<RecipientType> type : asked) {
            assertThat(type.get()).isEqualTo(RecipientType.LOCAL);
        }
        assertThat(directory.lookups).hasValue(1);
        assertThat(directory.metrics.countFor(CachedDirectory.MISSES_METRIC)).isEqualTo(1);
    }

    @Test
    void aFailureReachesAllWhoWaitForItAndOnlyThose() throws Exception {
        holdLookups(() -> {
            throw new IllegalStateException("the directory is down");
        });
        List<Future<RecipientType>> asked = askAllAtOnce();
        await().until(() -> directory.metrics.countFor(CachedDirectory.HITS_METRIC) == ASKING - 1);
        answer.countDown();

        for (Future<RecipientType> type : asked) {
            assertThatThrownBy(type::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(LookupFailedException.class);
        }
        directory.recover();
        assertThat(type("ann@example.org")).isEqualTo(RecipientType.LOCAL);
    }

    @Test
    void aDirectoryFailureIsNeverCached() throws Exception {
        directory.fail();
        assertThatThrownBy(() -> type("ann@example.org")).isInstanceOf(LookupFailedException.class);
        assertThatThrownBy(() -> type("ann@example.org")).isInstanceOf(LookupFailedException.class);
        assertThat(directory.lookups).hasValue(2);

        directory.recover();
        assertThat(type("ann@example.org")).isEqualTo(RecipientType.LOCAL);
        assertThat(directory.metrics.countFor(CachedDirectory.FAILURES_METRIC)).isEqualTo(2);
    }

    @Test
    void aFoundAddressIsAskedForAgainAfterTwoMinutes() throws Exception {
        type("ann@example.org");
        pass(DirectoryLimits.DEFAULTS.positive().minusSeconds(1));
        type("Ann@example.org");
        assertThat(directory.lookups).hasValue(1);

        pass(Duration.ofSeconds(1));
        type("ann@example.org");
        assertThat(directory.lookups).hasValue(2);
    }

    @Test
    void aNewUserIsReachableAfterThirtySeconds() throws Exception {
        assertThat(type("new@example.org")).isEqualTo(RecipientType.UNKNOWN);
        directory.users.addUser(Username.of("new@example.org"), "secret");
        pass(DirectoryLimits.DEFAULTS.negative().minusSeconds(1));
        assertThat(type("new@example.org")).isEqualTo(RecipientType.UNKNOWN);

        pass(Duration.ofSeconds(1));
        assertThat(type("new@example.org")).isEqualTo(RecipientType.LOCAL);
    }

    @Test
    void relayDomainsThatAreDeclaredLaterCountAtOnce() throws Exception {
        assertThat(type("bob@relayed.example")).isEqualTo(RecipientType.EXTERNAL);
        directory.relayDomains.declare("mailetcontainer.xml, mailet DeliverByType", "relayed.example");

        assertThat(type("bob@relayed.example")).isEqualTo(RecipientType.RELAY);
    }

    @Test
    void theAnswerOfOneMappingModeIsNotTheOthers() throws Exception {
        assertThat(type("team@example.org")).isEqualTo(RecipientType.VIRTUAL);
        assertThat(classifier.classify(address("team@example.org"), MappingMode.IGNORE).type()).isEqualTo(RecipientType.UNKNOWN);
        assertThat(type("team@example.org")).isEqualTo(RecipientType.VIRTUAL);
    }

    private void limit(String key, String value) {
        classifier.declare(DirectoryLimits.read(new Parameters("mailet ClassifyRecipients", Map.of(key, value))));
    }

    @Test
    void noMoreAddressesAreRememberedThanConfiguredAndThoseThatGiveWayAreCounted() throws Exception {
        limit("directoryCacheSize", "10");
        for (int i = 0; i < 50; i++) {
            type("user" + i + "@example.org");
        }

        assertThat(classifier.remembered()).isEqualTo(10);
        assertThat(directory.metrics.countFor(CachedDirectory.EVICTIONS_METRIC)).isEqualTo(40);
    }

    @Test
    void lifetimesAreAsConfigured() throws Exception {
        classifier.declare(DirectoryLimits.read(new Parameters("mailet ClassifyRecipients",
            Map.of("directoryCacheTime", "10 s", "directoryUnknownCacheTime", "1 s"))));
        type("ann@example.org");
        type("nobody@example.org");
        pass(Duration.ofSeconds(1));
        type("ann@example.org");
        assertThat(directory.lookups).hasValue(2);
        type("nobody@example.org");
        assertThat(directory.lookups).hasValue(3);
        pass(Duration.ofSeconds(9));
        type("ann@example.org");
        assertThat(directory.lookups).hasValue(4);
        assertThat(directory.metrics.countFor(CachedDirectory.EVICTIONS_METRIC)).isZero();
    }

    @Test
    void limitsThatDifferStopTheStartAndNameBothPlaces() {
        limit("directoryCacheSize", "10");
        assertThatCode(() -> limit("directoryCacheSize", "10")).doesNotThrowAnyException();
        assertThatThrownBy(() -> limit("directoryCacheSize", "11")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("directoryCacheSize 10").hasMessageContaining("directoryCacheSize 11");
        assertThatThrownBy(() -> limit("directoryCacheTime", "0 s")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<directoryCacheTime>0 s");
    }

    @Test
    void aForgottenAddressIsAskedForAgainAndOthersAreNot() throws Exception {
        type("ann@example.org");
        type("nobody@example.org");
        classifier.forget(address("ANN@example.org"));
        type("ann@example.org");
        type("nobody@example.org");
        assertThat(directory.lookups).hasValue(3);

        classifier.forgetAll();
        type("ann@example.org");
        type("nobody@example.org");
        assertThat(directory.lookups).hasValue(5);
    }

    @Test
    void anAnswerThatWasUnderWayWhenItsAddressWasForgottenIsNotRemembered() throws Exception {
        holdLookups(() -> { });
        Future<RecipientType> before = executor.submit(() -> type("new@example.org"));
        await().until(() -> directory.lookups.get() == 1);
        classifier.forget(address("new@example.org"));
        answer.countDown();
        before.get();
        directory.users.addUser(Username.of("new@example.org"), "secret");

        assertThat(type("new@example.org")).isEqualTo(RecipientType.LOCAL);
    }

    @Test
    void whoeverMustNotWaitSharesTheAnswerWithThoseWhoMay() throws Exception {
        holdLookups(() -> { });
        CompletableFuture<Classification> asked = classifier.ask(address("ann@example.org"));
        Future<RecipientType> waiting = executor.submit(() -> type("ann@example.org"));
        await().until(() -> directory.metrics.countFor(CachedDirectory.HITS_METRIC) == 1);
        assertThat(asked).isNotDone();
        answer.countDown();

        assertThat(asked.get().type()).isEqualTo(RecipientType.LOCAL);
        assertThat(waiting.get()).isEqualTo(RecipientType.LOCAL);
        assertThat(directory.lookups).hasValue(1);
    }

    @Test
    void whatWaitsForItsTurnFailsWhenJamesStops() throws Exception {
        limit("directoryLookups", "1");
        holdLookups(() -> { });
        CompletableFuture<Classification> first = classifier.ask(address("ann@example.org"));
        await().until(() -> directory.lookups.get() == 1);
        CompletableFuture<Classification> second = classifier.ask(address("nobody@example.org"));
        classifier.close();

        assertThatThrownBy(second::get).hasCauseInstanceOf(LookupFailedException.class);
        assertThatThrownBy(first::get).hasCauseInstanceOf(LookupFailedException.class);
    }
}
