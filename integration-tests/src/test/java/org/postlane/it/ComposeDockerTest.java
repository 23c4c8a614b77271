// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.docker.ComposedJames.SERVICE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.docker.Compose;
import org.postlane.testing.docker.ComposedJames;
import org.postlane.testing.docker.RequiresDocker;

/** The image and docker-compose.yml as an administrator gets them, by the commands of README.md and docs/docker.md. */
@RequiresDocker(compose = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeDockerTest {
    private static final String USER_ID = "10025";
    private static final String ADDRESS = "alice@docker.test";
    private static final String PASSWORD = "correct horse";
    private static final String SUBJECT = "Subject: to the container " + UUID.randomUUID();

    @TempDir
    private static Path conf;
    private static ComposedJames james;
    private static Compose compose;

    @BeforeAll
    static void buildAndStart() {
        james = new ComposedJames(Path.of(System.getProperty("postlane.root")), conf, Map.of());
        // Whatever leaves this server is put off: nobody listens there.
        james.edit("mailetcontainer.xml", "<maxConnectionsPerHost>", "<gateway>127.0.0.1:1</gateway><maxConnectionsPerHost>");
        compose = james.compose();
        james.type("README.md", "compose");
        james.awaitHealth();
    }

    @AfterAll
    static void removeEverything() {
        if (james != null) {
            james.close();
            compose.docker("image", "rm", "--force", nextImage());
        }
    }

    @Test
    @Order(1)
    void jamesDoesNotRunAsRootAndHasNoCapability() {
        String status = compose.run("exec", "-T", SERVICE, "cat", "/proc/1/status");

        assertThat(status.lines().filter(line -> line.startsWith("Name:"))).containsExactly("Name:\tjava");
        assertThat(status.lines().filter(line -> line.startsWith("Uid:")))
            .containsExactly("Uid:\t" + String.join("\t", USER_ID, USER_ID, USER_ID, USER_ID));
        assertThat(status.lines().filter(line -> line.startsWith("CapBnd:"))).containsExactly("CapBnd:\t0000000000000000");
        assertThat(compose.run("ps")).contains("healthy)");
    }

    @Test
    @Order(1)
    void itsMemoryAndItsLogAreBoundedAndNobodyReachesWebadminFromOutside() {
        assertThat(compose.inspect(SERVICE, "{{.HostConfig.Memory}} {{.HostConfig.LogConfig.Config}}"))
            .isEqualTo("1073741824 map[max-file:5 max-size:20m]");
        for (int port : List.of(8000, 110)) {
            String published = "{{range (index .NetworkSettings.Ports \"" + port + "/tcp\")}}{{.HostIp}}{{end}}";
            assertThat(compose.inspect(SERVICE, published)).as("where port %d is published", port).isEqualTo("127.0.0.1");
        }
    }

    @Test
    @Order(2)
    void aMailSentToThePublishedPortIsReadOverPop3() throws IOException {
        james.user(ADDRESS, PASSWORD);

        try (LineDialogue smtp = new LineDialogue(james.port(25), "220 ")) {
            smtp.say("EHLO client.test", "250 ");
            send(smtp, "bob@elsewhere.test", ADDRESS);
        }

        assertThat(awaitMail()).contains(SUBJECT, "read me over POP3");
    }

    private static void send(LineDialogue smtp, String from, String to) throws IOException {
        smtp.say("MAIL FROM:<" + from + ">", "250 ");
        smtp.say("RCPT TO:<" + to + ">", "250 ");
        smtp.say("DATA", "354 ");
        smtp.send("From: " + from);
        smtp.send(SUBJECT);
        smtp.send("");
        smtp.send("read me over POP3");
        smtp.say(".", "250 ");
        smtp.say("QUIT", "221 ");
    }

    /** Of the user, whose mailbox has one mail. */
    private static List<String> awaitMail() {
        return await().atMost(Duration.ofMinutes(3)).until(ComposeDockerTest::firstMail, lines -> !lines.isEmpty());
    }

    private static List<String> firstMail() throws IOException {
        try (Pop3Client pop3 = Pop3Client.overTls(james.port(995)).login(ADDRESS, PASSWORD)) {
            return pop3.ask("STAT").startsWith("+OK 1 ") ? pop3.list("RETR 1") : List.of();
        }
    }

    @Test
    @Order(3)
    void anUpgradeKeepsTheVolumeAndItsMail() throws IOException {
        try (LineDialogue smtp = LineDialogue.overTls(james.port(465), "220 ")) {
            smtp.say("EHLO client.test", "250 ");
            byte[] credentials = ("\0" + ADDRESS + "\0" + PASSWORD).getBytes(StandardCharsets.US_ASCII);
            smtp.say("AUTH PLAIN " + Base64.getEncoder().encodeToString(credentials), "235 ");
            send(smtp, ADDRESS, "bob@elsewhere.test");
        }
        await("a deferred mail")
            .until(() -> james.get("/metrics"), text -> text.contains("postlane_outbound_deferred_total 1.0"));
        String key = compose.run("exec", "-T", SERVICE, "sha256sum", "var/keystore");
        String before = compose.inspect(SERVICE, "{{.Id}}");

        james.type("docs/docker.md", "upgrade", line -> line.replace("postlane:next", nextImage()));
        james.awaitHealth();

        assertThat(compose.inspect(SERVICE, "{{.Config.Image}}")).isEqualTo(nextImage());
        assertThat(compose.inspect(SERVICE, "{{.Id}}")).isNotEqualTo(before);
        assertThat(compose.run("exec", "-T", SERVICE, "sha256sum", "var/keystore")).isEqualTo(key);
        assertThat(awaitMail()).contains(SUBJECT, "read me over POP3");
        assertThat(james.get("/mailQueues/outgoing")).contains("\"size\":1");
    }

    @Test
    @Order(4)
    void aCopyOfTheVolumeBringsItBack(@TempDir Path directory) {
        UnaryOperator<String> toHere = line -> line.replace("postlane-var.tar", directory.resolve("var.tar").toString());
        String key = compose.run("exec", "-T", SERVICE, "sha256sum", "var/keystore");

        james.type("docs/docker.md", "backup", toHere);
        compose.run("exec", "-T", SERVICE, "sh", "-c", "rm var/keystore && touch var/litter");
        james.type("docs/docker.md", "restore", toHere);
        james.awaitHealth();

        assertThat(compose.run("exec", "-T", SERVICE, "sha256sum", "var/keystore")).isEqualTo(key);
        assertThat(compose.run("exec", "-T", SERVICE, "ls", "var")).doesNotContain("litter");
        assertThat(awaitMail()).contains(SUBJECT);
    }

    private static String nextImage() {
        return james.image() + "-next";
    }

    /** Last, for nothing runs after it. */
    @Test
    @Order(Integer.MAX_VALUE)
    void stopEndsJamesBeforeTheEngineKillsIt() {
        compose.run(Duration.ofMinutes(2), "stop");

        // 0 where the program sets its own status; 143 is a JVM's after SIGTERM. 137 would be the engine's SIGKILL, sent when
        // stop_grace_period (30 s) was not enough.
        assertThat(compose.inspect(SERVICE, "{{.State.ExitCode}}")).isIn("0", "143");
    }
}
