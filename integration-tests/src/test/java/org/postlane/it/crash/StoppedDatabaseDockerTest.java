// SPDX-License-Identifier: Apache-2.0
package org.postlane.it.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.it.PostgreSql;
import org.postlane.it.ServerProcess;
import org.postlane.testing.docker.RequiresDocker;
import org.postlane.testing.feed.Feeder;
import org.postlane.testing.feed.Letter;

/**
 * A database that stops under load, and comes back: clients are asked to wait or their mail waits, nothing is lost, and no sender
 * is told that a mail failed because of it. The server goes on.
 */
@RequiresDocker
class StoppedDatabaseDockerTest {
    private static final int CLIENTS = 4;
    private static final int BEFORE = 100;
    /** Taken while the database is away: recipients whom the cache knows. */
    private static final int MEANWHILE = 20;
    private static final int AFTER = 50;
    private static final int ENOUGH_REFUSALS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    @Test
    void whatWasAnswered250IsDeliveredAndNothingIsBounced() throws Exception {
        try (PostgreSql database = new PostgreSql(); Scene scene = new Scene(directory)) {
            // Or no mail at all were taken while nobody can say whose a sender is.
            ServerProcess server = database.use(scene.server()).jvmOption("-Dpostlane.submission.verifyIdentity=false");
            scene.begin();
            Feeder feeder = scene.feed(CLIENTS);
            try (feeder) {
                awaitMails(feeder, BEFORE);
                database.stop();
                int refusals = feeder.refusals().size();
                awaitMails(feeder, MEANWHILE);
                await("clients are asked to wait").atMost(PATIENCE)
                    .until(() -> feeder.refusals().size() >= refusals + ENOUGH_REFUSALS);
                database.start();
                awaitMails(feeder, AFTER);
            }
            Collection<Letter> accepted = feeder.accepted();
            String account = "PostgreSQL stopped, " + accepted.size() + " mails answered 250, " + feeder.refusals().size()
                + " answered otherwise, " + feeder.unanswered() + " not answered";
            scene.findAll(account, accepted);
            System.out.println(account + ", lost 0");
            assertThat(feeder.refusals()).as("answers that were not 250").allMatch(answer -> answer.startsWith("4"));
            assertThat(scene.reports()).as("reports, of recipients whom the host elsewhere has refused")
                .isEqualTo(accepted.stream().map(Letter::copies).flatMap(List::stream)
                    .filter(copy -> copy.startsWith(Letter.report(""))).count());
            assertThat(server.isRunning()).isTrue();
        }
    }

    private static void awaitMails(Feeder feeder, int more) {
        int enough = feeder.count() + more;
        await("mail is taken").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> feeder.count() >= enough);
    }
}
