// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.reply;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpServer;

/** docs/install.md, from its beginning to its end, on a James as upstream's image has it, in a process of its own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InstalledJamesTest {
    private static final String ALICE = "alice@local.test";
    private static final String BOB = "bob@external.test";
    private static final int MAILS = 6;

    @TempDir
    private static Path directory;
    private static final ScriptedBehaviour BEHAVIOUR = Behaviour.accepting();
    private static SmtpServer remote;
    private static OfficialJames james;
    private static Map<String, String> upstreams;

    @RegisterExtension
    static final AfterTestExecutionCallback WHAT_JAMES_SAID = context ->
        context.getExecutionException().ifPresent(failure -> System.out.println("James said:\n" + james.tail()));

    @BeforeAll
    static void layOut() throws IOException {
        remote = SmtpServer.with(BEHAVIOUR);
        james = OfficialJames.memory(OfficialImage.in(directory, remote.port()));
        upstreams = configuration();
    }

    @AfterAll
    static void end() {
        if (james != null) {
            james.close();
        }
        remote.close();
    }

    /** Each file of conf/ with what is in it. */
    private static Map<String, String> configuration() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(james.image().conf())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    private static long received(String subject) {
        return remote.received().stream().filter(mail -> mail.text().contains("Subject: " + subject + "\r\n")).count();
    }

    /** So many connections the remote server sees for {@link #MAILS} mails, one after the other. */
    private static int connections(String subject) {
        int before = remote.statistics().connectionsOpened();
        for (int i = 0; i < MAILS; i++) {
            int number = i;
            james.send(ALICE, BOB, subject + number);
            await().until(() -> received(subject + number) == 1);
        }
        return remote.statistics().connectionsOpened() - before;
    }

    private static void isDelivered(String subject) {
        james.send(BOB, ALICE, subject);
        await().until(() -> james.inbox(ALICE).contains(subject));
    }

    @Test
    @Order(1)
    void stockJamesRelaysOverAConnectionForEachMailAndDelivers() throws Exception {
        james.start();
        james.addUser(ALICE);
        assertThat(connections("stock")).isEqualTo(MAILS);
        isDelivered("here");
        assertThat(james.log()).doesNotContain("org.postlane", " o.p.");
        james.stop();
    }

    @Test
    @Order(2)
    void withTheFirstCommandsItRelaysOverOpenConnectionsAndTheSignsOfItAreThere() throws Exception {
        InstallDocument.run("Install", james.image().root());
        InstallDocument.run("Whether it works", james.image().root());
        james.start();
        james.addUser(ALICE);
        // One more than needed is opened where a mail comes before the last is settled.
        assertThat(connections("pooled")).isLessThan(MAILS);
        isDelivered("here");

        assertThat(james.log()).contains("Delivering the mail of queue outgoing").contains("outcome=delivered to=" + BOB);
        assertThat(james.logged("WARN")).filteredOn(line -> line.contains("PooledRemoteDelivery"))
            .hasSize(3).satisfiesOnlyOnce(line -> assertThat(line).contains("<deliveryThreads>"))
            .satisfiesOnlyOnce(line -> assertThat(line).contains("<outgoingQueue>"))
            .satisfiesOnlyOnce(line -> assertThat(line).contains("<sendpartial>"));
        assertThat(james.logged("ERROR")).isEmpty();
        Map<String, String> answers = new TreeMap<>();
        for (InstallDocument.Call call : InstallDocument.calls("Whether it works")) {
            answers.put(call.path(), james.webadmin(200, call.method(), call.path(), call.body()));
        }
        assertThat(answers).hasSize(5);
        assertThat(answers.get("/postlane/destinations")).contains("127.0.0.1:" + remote.port());
        assertThat(answers.get("/postlane/connections")).contains("127.0.0.1:" + remote.port());
        assertThat(answers.get("/healthcheck")).contains("Postlane outbound");
        assertThat(answers.get("/metrics")).contains("postlane_outbound_delivered_total " + MAILS);
        assertThat(answers.get("/mailQueues/outgoing")).contains("\"size\":0");
    }

    @Test
    @Order(3)
    void whatIsDeferredWaitsAndIsAttemptedWhenItIsFlushed() throws Exception {
        String later = "later@external.test";
        BEHAVIOUR.rcpt(later, reply("451 4.7.1 Greylisted, try again later"));
        james.send(ALICE, later, "later");
        // The first retry of upstream's sample comes after 5 s, the second 100 s after that.
        await().until(() -> james.log().lines().anyMatch(line ->
            line.contains("outcome=deferred to=" + later) && line.contains("attempt=2")));
        assertThat(james.size("outgoing")).isEqualTo(1);
        BEHAVIOUR.clear();
        for (InstallDocument.Call call : InstallDocument.calls("Before you stop James")) {
            james.webadmin(204, call.method(), call.path(), call.body());
        }
        await().until(() -> james.size("outgoing") == 0);
        assertThat(received("later")).isEqualTo(1);
        james.stop();
    }

    @Test
    @Order(4)
    void withTheSecondAndThirdStepMailTakesLanesAndIsReadOverPop3() throws Exception {
        SecondStep.follow(james.image().conf());
        InstallDocument.run("Third step", james.image().root());
        // So that a full mailbox keeps its mail in the lane.
        james.image().replace("mailetcontainer.xml", "class=\"org.postlane.mailet.FanOutLocalDelivery\"/>",
            "class=\"org.postlane.mailet.FanOutLocalDelivery\"><onMailetException>propagate</onMailetException></mailet>");
        james.start();
        james.addUser(ALICE);
        assertThat(james.log()).contains("lane-local: 8 at a time to processor local-delivery");
        assertThat(james.logged("ERROR")).isEmpty();
        assertThat(connections("lanes")).isLessThan(MAILS);
        isDelivered("here");
        james.send(ALICE, "someone@" + SecondStep.RELAY_DOMAIN, "passed on");
        await().until(() -> received("passed on") == 1);
        try (SmtpDialogue world = james.smtp()) {
            world.command("MAIL FROM:<" + BOB + ">", 250);
            world.command("RCPT TO:<nobody@local.test>", 550);
        }
        try (Pop3Client client = Pop3Client.plain(james.image().port("pop3"))) {
            assertThat(client.greeting()).isEqualTo("+OK POP3 server ready");
            assertThat(client.ask("STLS")).startsWith("+OK");
            client.startTls().login(ALICE, OfficialJames.SECRET);
            assertThat(new String(client.retr(1), StandardCharsets.ISO_8859_1)).contains("Subject: here\r\n");
        }
    }

    @Test
    @Order(5)
    void theQueuesThatStockDoesNotReadAreEmptiedAsTheDocumentTells() throws Exception {
        List<String> queues = InstallDocument.queuesToEmpty();
        assertThat(queues).hasSize(6).allSatisfy(queue -> assertThat(james.size(queue)).as(queue).isZero());
        james.webadmin(204, "PUT", "/quota/users/" + ALICE + "/count", "1");
        james.send(BOB, ALICE, "too much");
        await().until(() -> james.size("lane-local") == 1);
        assertThat(james.inbox(ALICE)).doesNotContain("too much");
        james.webadmin(204, "PUT", "/quota/users/" + ALICE + "/count", "-1");
        await().until(() -> queues.stream().mapToInt(james::size).sum() == 0);
        assertThat(james.inbox(ALICE)).containsOnlyOnce("too much");
        assertThat(james.size("outgoing") + james.size("outgoing-relay")).isZero();
        james.stop();
    }

    @Test
    @Order(6)
    void afterTheWayBackEverythingIsAsBefore() throws Exception {
        InstallDocument.run("Put back", james.image().root());
        assertThat(configuration()).containsAllEntriesOf(upstreams)
            .allSatisfy((name, text) -> assertThat(name + text).doesNotContain("postlane"));
        james.start();
        james.addUser(ALICE);
        assertThat(connections("back")).isEqualTo(MAILS);
        isDelivered("here");
        assertThat(james.log()).doesNotContain("org.postlane", " o.p.");
        assertThat(james.logged("ERROR")).isEmpty();
        james.stop();
        // Whatever is written belongs below James' own directory, wherever it was started.
        assertThat(james.image().startDirectory()).isEmptyDirectory();
    }

    @Test
    @Order(7)
    void aSecondInstallationGoesBackToTheFilesThatItFound() throws Exception {
        Path conf = james.image().conf();
        // As the first way back by hand leaves it: the copies are still there, and are those of another time.
        InstallDocument.run("Install", james.image().root());
        upstreams.forEach((name, text) -> write(conf.resolve(name), text));
        Files.delete(conf.resolve("healthcheck.properties"));
        write(conf.resolve("logback.xml"), upstreams.get("logback.xml") + "<!-- Changed between the two. -->");
        Map<String, String> found = configuration();

        InstallDocument.run("Install", james.image().root());
        InstallDocument.run("Whether it works", james.image().root());
        InstallDocument.run("Third step", james.image().root());
        assertThat(configuration()).containsKey("healthcheck.properties")
            .doesNotContainEntry("logback.xml", found.get("logback.xml"));
        InstallDocument.run("Put back", james.image().root());
        assertThat(configuration()).isEqualTo(found);
        assertThat(conf.resolve("before-postlane")).doesNotExist();
        assertThat(james.image().root().resolve("extensions-jars")).isDirectoryNotContaining("glob:**.jar");
    }

    @Test
    @Order(8)
    void withoutCopiesTheWayBackTouchesNothing() throws Exception {
        Map<String, String> found = configuration();
        assertThatThrownBy(() -> InstallDocument.run("Put back", james.image().root())).hasMessageContaining("before-postlane");
        assertThat(configuration()).isEqualTo(found);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
