// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CriticalStatesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final IOException gone = new IOException("gone");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final CriticalStates states = new CriticalStates(new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    });
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(CriticalStates.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    @Test
    void aThousandFailuresAreOneProblemAndOneLineAndSoIsTheirEnd() {
        CriticalStates.Condition reading = states.watch("queue outgoing cannot be read", Duration.ZERO);
        for (int i = 0; i < 1_000; i++) {
            reading.failed(gone);
            now.updateAndGet(time -> time.plusSeconds(1));
        }
        assertThat(states.problems()).hasSize(1)
            .allSatisfy(problem -> {
                assertThat(problem.trouble()).isEqualTo("queue outgoing cannot be read");
                assertThat(problem.since()).isEqualTo(START);
                assertThat(problem.cause()).contains("gone");
            });
        reading.works();
        reading.works();
        assertThat(states.problems()).isEmpty();
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly(
            "Critical: queue outgoing cannot be read",
            "No longer critical: queue outgoing cannot be read; it began at 2026-01-01T00:00:00Z");
        assertThat(log.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.ERROR, Level.INFO);
    }

    @Test
    void whatFailsWithinItsPatienceIsNotCriticalAndEndsWithoutAWord() {
        CriticalStates.Condition settling = states.watch("mail cannot be put back", Duration.ofSeconds(30));
        settling.failed(gone);
        now.set(START.plusSeconds(29));
        settling.failed(gone);
        assertThat(states.problems()).isEmpty();
        settling.works();
        now.set(START.plusSeconds(60));
        settling.failed(gone);
        assertThat(states.problems()).isEmpty();
        assertThat(log.list).isEmpty();
        now.set(START.plusSeconds(90));
        settling.failed(gone);
        assertThat(states.problems()).hasSize(1);
        assertThat(log.list).hasSize(1);
    }

    @Test
    void twoThatWatchTheSameTroubleShareIt() {
        states.watch("the journal cannot be written", Duration.ZERO).failed(gone);
        assertThat(states.problems()).hasSize(1);
        states.watch("the journal cannot be written", Duration.ZERO).works();
        assertThat(states.problems()).isEmpty();
    }

    @Test
    void theOldestTroubleStandsFirst() {
        states.watch("b", Duration.ZERO).failed(gone);
        now.set(START.plusSeconds(1));
        states.watch("a", Duration.ZERO).failed(gone);
        assertThat(states.problems()).extracting(CriticalStates.Problem::trouble).containsExactly("b", "a");
        states.watch("b", Duration.ZERO).close();
        assertThat(states.problems()).extracting(CriticalStates.Problem::trouble).containsExactly("a");
    }
}
