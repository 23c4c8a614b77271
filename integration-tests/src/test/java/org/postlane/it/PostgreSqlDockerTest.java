// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.docker.RequiresDocker;

/** The durable store on PostgreSQL, by three settings; and PostgreSQL that is away for a while. */
@RequiresDocker
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostgreSqlDockerTest {
    /** Deliveries that were put off come again after 10 s, then 20. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static PostgreSql database;
    private static DurableScene scene;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void lay() throws Exception {
        database = new PostgreSql();
        scene = new DurableScene(directory);
        database.use(scene.server()).start();
    }

    @AfterAll
    static void close() {
        if (scene != null) {
            scene.close();
        }
        if (database != null) {
            database.close();
        }
    }

    @Test
    @Order(1)
    void everythingIsThereAfterAKill() throws Exception {
        scene.populate();
        scene.server().kill();

        scene.server().start();
        scene.check();
        assertThat(directory.resolve("var/store")).as("Derby").doesNotExist();
    }

    @Test
    @Order(2)
    void whileItIsAwayRecipientsArePutOffAndAcceptedMailWaitsAndThenAllWorksAgain() throws Exception {
        int before = scene.inboxSize();
        int elsewhere = scene.sentElsewhere();
        scene.server().addUser(DurableScene.POSTMASTER);
        sendToAll("known to the cache");
        scene.awaitInbox(before + 2);

        database.stop();
        // Known to the cache, and so accepted: it must wait for the scripts, the rewrite table, and the list of domains.
        sendToAll("accepted meanwhile");
        try (LineDialogue smtp = new LineDialogue(scene.server().port("smtp"), "220")) {
            smtp.say("EHLO client.test", "250");
            smtp.say("MAIL FROM:<x@world.test>", "250");
            smtp.say("RCPT TO:<nobody-asked-for-yet@home.test>", "451 ");
        }
        await("the health check").atMost(PATIENCE)
            .untilAsserted(() -> assertThat(scene.health()).contains("The database cannot be reached"));
        // Longer than a mailbox that fails is tried: such mail would go to the error processor.
        List.of("The Sieve scripts of", "cannot be rewritten", "The postmaster's address of mail").forEach(putOff ->
            await(putOff).atMost(PATIENCE).until(() ->
                scene.server().lines().stream().anyMatch(line -> line.contains(putOff))));
        database.start();

        await("the mail that was accepted").atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).ignoreExceptions()
            .until(() -> scene.inboxSize() == before + 4 && scene.inboxSize(DurableScene.POSTMASTER) == 2);
        scene.send(DurableScene.ANN, "afterwards", "text");
        scene.awaitInbox(before + 5);
        assertThat(scene.errors()).as("nothing ended as an error").isEmpty();
        assertThat(scene.sentElsewhere()).as("no sender was told of anything").isEqualTo(elsewhere);
    }

    private static void sendToAll(String subject) {
        scene.send(DurableScene.ANN, subject, "text");
        scene.send(DurableScene.ALIAS, subject, "text");
        scene.send(DurableScene.POSTMASTER, subject, "text");
    }

    @Test
    @Order(3)
    void aWrongPasswordStopsTheStart() throws Exception {
        scene.server().stop();
        scene.server().jvmOption("-Dpostlane.database.password=wrong").launch();

        assertThat(scene.server().hasEndedWithin(PATIENCE)).isTrue();
        assertThat(scene.server().lines()).anySatisfy(line -> assertThat(line)
            .contains("james-database.properties, database.url=" + database.url() + ": ")
            .contains("password authentication failed for user \"" + PostgreSql.USER + "\"")
            .contains("database.username=" + PostgreSql.USER + " and database.password a user that it lets in"));
    }
}
