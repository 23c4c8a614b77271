// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.DiscardReason.BROKEN;
import static org.postlane.pool.DiscardReason.CALLER;
import static org.postlane.pool.DiscardReason.DIED_IDLE;
import static org.postlane.pool.DiscardReason.GAVE_WAY;
import static org.postlane.pool.DiscardReason.IDLE_TIMEOUT;
import static org.postlane.pool.DiscardReason.MADE_ROOM;
import static org.postlane.pool.DiscardReason.MAX_AGE;
import static org.postlane.pool.DiscardReason.MAX_USES;
import static org.postlane.pool.DiscardReason.OUT_OF_STEP;
import static org.postlane.pool.DiscardReason.PEER_CLOSING;
import static org.postlane.pool.DiscardReason.PEER_LIMIT;
import static org.postlane.pool.DiscardReason.POOL_CLOSED;
import static org.postlane.pool.DiscardReason.RESET_REFUSED;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Each discarded resource has one reason: the counters and the log say it. */
class PoolDiscardTest {
    private final PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(1).maxTotal(2).maxUses(3));
    private final Logger logger = (Logger) LoggerFactory.getLogger(Farewell.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    private Set<DiscardReason> reasons() {
        EnumSet<DiscardReason> seen = EnumSet.noneOf(DiscardReason.class);
        for (DiscardReason reason : DiscardReason.values()) {
            if (fixture.stats().discarded(reason) > 0) {
                seen.add(reason);
            }
        }
        List<String> messages = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(seen).allSatisfy(reason -> assertThat(messages).anyMatch(message -> message.endsWith(": " + reason)));
        return seen;
    }

    @Test
    void theLogNamesKeyUsesAgeAndReason() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        fixture.timers.advance(Duration.ofSeconds(90));
        lease.discard(CALLER);

        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
            .containsExactly("Closing a connection for mx/a after 1 uses and PT1M30S: caller");
    }

    @Test
    void everyReasonHappensAndIsLogged() {
        EnumSet<DiscardReason> seen = EnumSet.noneOf(DiscardReason.class);
        fixture.lease("mx/a").release();
        fixture.timers.advance(Duration.ofSeconds(30));
        seen.addAll(reasons());
        assertThat(seen).containsExactly(IDLE_TIMEOUT);
        Lease<FakeResource> old = fixture.lease("mx/a");
        fixture.timers.advance(Duration.ofMinutes(5));
        old.release();
        for (int i = 0; i < 3; i++) {
            fixture.lease("mx/a").release();
        }
        Lease<FakeResource> spent = fixture.lease("mx/a");
        spent.resource().usesAllowed = 1;
        spent.release();
        fixture.reserve("mx/a", 1);
        last().die();
        Lease<FakeResource> refused = fixture.lease("mx/a");
        refused.resource().reset = CompletableFuture.completedFuture(false);
        refused.release();
        Lease<FakeResource> broken = fixture.lease("mx/a");
        broken.resource().usable = false;
        broken.release();
        fixture.lease("mx/a").discard(CALLER);
        Lease<FakeResource> slow = fixture.lease("mx/a");
        slow.resource().usable = false;
        slow.resource().fault = Optional.of(GAVE_WAY);
        slow.discard(BROKEN);
        fixture.reserve("mx/a", 1);
        fixture.reserve("mx/b", 1);
        last().fault = Optional.of(PEER_CLOSING);
        last().die();
        fixture.reserve("mx/b", 1);
        last().usable = false;
        last().fault = Optional.of(OUT_OF_STEP);
        fixture.lease("mx/b");
        fixture.pool.close(Duration.ZERO).join();

        assertThat(reasons()).containsExactlyInAnyOrder(DiscardReason.values());
    }

    private FakeResource last() {
        return fixture.opened.get(fixture.opened.size() - 1);
    }

    @Test
    void whoEndsInReserveSaysWhyWhereItKnows() {
        for (DiscardReason why : List.of(PEER_CLOSING, OUT_OF_STEP)) {
            fixture.reserve("mx/a", 1);
            last().fault = Optional.of(why);
            last().die();

            assertThat(fixture.stats().discarded(why)).isEqualTo(1);
        }
        fixture.reserve("mx/a", 1);
        last().die();

        assertThat(reasons()).containsExactlyInAnyOrder(PEER_CLOSING, OUT_OF_STEP, DIED_IDLE);
    }

    @Test
    void whatTheResourceKnowsIsMoreThanWhatItsHolderOrItsResetSays() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        last().fault = Optional.of(PEER_CLOSING);
        lease.discard(BROKEN);
        Lease<FakeResource> next = fixture.lease("mx/a");
        last().fault = Optional.of(OUT_OF_STEP);
        last().reset = CompletableFuture.completedFuture(false);
        next.release();

        assertThat(reasons()).containsExactlyInAnyOrder(PEER_CLOSING, OUT_OF_STEP);
    }

    @Test
    void aReasonOfTheHoldersOwnStands() {
        for (DiscardReason own : List.of(CALLER, PEER_LIMIT, RESET_REFUSED)) {
            Lease<FakeResource> lease = fixture.lease("mx/a");
            last().fault = Optional.of(PEER_CLOSING);
            lease.discard(own);
        }

        assertThat(reasons()).containsExactlyInAnyOrder(CALLER, PEER_LIMIT, RESET_REFUSED);
    }

    @Test
    void thePeersLimitIsNotOurs() {
        for (int i = 0; i < 3; i++) {
            fixture.lease("mx/a").release();
        }
        Lease<FakeResource> lease = fixture.lease("mx/a");
        lease.resource().usesAllowed = 1;
        lease.release();

        assertThat(reasons()).containsExactlyInAnyOrder(MAX_USES, PEER_LIMIT);
    }

    @Test
    void whatIsDroppedAtTheEndIsLoggedToo() {
        fixture.lease("mx/a");
        fixture.pool.close(Duration.ZERO).join();

        assertThat(reasons()).containsExactly(POOL_CLOSED);
        assertThat(fixture.opened.get(0).calls).containsExactly("abort");
    }

    @Test
    void anIdleConnectionThatGivesWayAndAnOldOneAreTold() {
        fixture.reserve("mx/a", 1);
        Lease<FakeResource> other = fixture.lease("mx/b");
        fixture.timers.advance(Duration.ofMinutes(5));
        other.release();

        assertThat(reasons()).containsExactlyInAnyOrder(MADE_ROOM, MAX_AGE);
    }
}
