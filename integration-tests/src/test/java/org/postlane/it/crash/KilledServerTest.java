// SPDX-License-Identifier: Apache-2.0
package org.postlane.it.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.it.ServerProcess;
import org.postlane.testing.feed.Feeder;
import org.postlane.testing.feed.Findings;

/**
 * A mail that was answered 250 survives SIGKILL, whenever it comes: while mail comes in, in the spool, on the way out, between
 * the final dot and the journal, while it waits for a later attempt, while the server starts. {@code -Dpostlane.kills=200} kills
 * more often than the 20 times of a usual run, {@code -Dpostlane.kills.seed=N} repeats the moments of a run as far as threads
 * allow.
 */
class KilledServerTest {
    private static final int KILLS = Integer.getInteger("postlane.kills", 20);
    private static final long SEED = Long.getLong("postlane.kills.seed", System.nanoTime());
    private static final int CLIENTS = 4;
    /** A kill comes within so many accepted mails behind the start; every fourth during the start. */
    private static final int MAILS_TO_A_KILL = 300;
    private static final int MILLIS_OF_A_START = 6_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** Mails that may be on their way over a connection: the default of mailsInFlightPerConnection. */
    private static final int IN_FLIGHT = 5;
    /** Threads of the spool in conf/, each with one mail; and local deliveries at a time. */
    private static final int AT_ONCE_HERE = 20 + 32;

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);

    @Test
    void whatWasAnswered250IsDeliveredBouncedOrQueuedWheneverTheServerIsKilled() throws Exception {
        try (Scene scene = new Scene(directory)) {
            ServerProcess server = scene.begin();
            int mayRepeatElsewhere = 0;
            Feeder feeder = scene.feed(CLIENTS);
            try (feeder) {
                for (int kill = 1; kill <= KILLS; kill++) {
                    if (kill % 4 == 0) {
                        server.kill();
                        server.launch();
                        assertThat(server.hasEndedWithin(Duration.ofMillis(random.nextInt(MILLIS_OF_A_START))))
                            .as(server.tail()).isFalse();
                    } else {
                        awaitMails(feeder, 1 + random.nextInt(MAILS_TO_A_KILL));
                    }
                    mayRepeatElsewhere += scene.connections() * IN_FLIGHT;
                    server.kill();
                    server.start();
                }
                awaitMails(feeder, MAILS_TO_A_KILL);
            }
            assertThat(feeder.refusals()).as("answers that were not 250: a server that starts asks to wait")
                .allMatch(answer -> answer.startsWith("4"));
            String account = KILLS + " kills, seed " + SEED + ", " + feeder.count() + " mails answered 250, "
                + feeder.unanswered() + " not answered";
            Findings findings = scene.findAll(account, feeder.accepted());
            System.out.println(account + ", lost 0, repeated elsewhere " + findings.repeatedElsewhere() + " of at most "
                + mayRepeatElsewhere + ", here " + findings.repeatedHere() + " of at most " + KILLS * AT_ONCE_HERE);
            assertThat(findings.repeatedElsewhere()).as("copies too many elsewhere").isLessThanOrEqualTo(mayRepeatElsewhere);
            assertThat(findings.repeatedHere()).as("copies too many here").isLessThanOrEqualTo(KILLS * AT_ONCE_HERE);
        }
    }

    private static void awaitMails(Feeder feeder, int more) {
        int enough = feeder.count() + more;
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> feeder.count() >= enough);
    }
}
