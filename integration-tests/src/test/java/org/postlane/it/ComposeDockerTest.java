// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.docker.Compose;
import org.postlane.testing.docker.RequiresDocker;

/** The image and docker-compose.yml as an administrator gets them: built from the assembly, started with a mounted conf/. */
@RequiresDocker(compose = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeDockerTest {
    private static final Path ROOT = Path.of(System.getProperty("postlane.root"));
    private static final String SERVICE = "postlane";
    private static final String USER_ID = "10025";
    private static final List<String> PORTS =
        List.of("SMTP", "SUBMISSION", "SUBMISSIONS", "IMAP", "IMAPS", "POP3", "POP3S", "WEBADMIN");
    /** Published on 127.0.0.1 whatever is said: nobody who asks there has to say who he is, or a password comes in the clear. */
    private static final List<String> LOOPBACK_ONLY = List.of("POP3", "WEBADMIN");
    /** The packages of the image are downloaded anew on a machine that never built it. */
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final String PROJECT = "postlane-it-" + UUID.randomUUID().toString().substring(0, 8);
    private static final String IMAGE = "postlane:" + PROJECT;
    private static final String ADDRESS = "alice@docker.test";
    private static final String PASSWORD = "correct horse";

    @TempDir
    private static Path conf;
    private static Compose compose;

    @BeforeAll
    static void buildAndStart() throws IOException {
        assertThat(Path.of(System.getProperty("postlane.assembly"), "lib"))
            .as("the assembly that the image is made from; mvn package makes it").isDirectory();
        copyConfiguration();
        Map<String, String> environment = new HashMap<>();
        environment.put("POSTLANE_IMAGE", IMAGE);
        environment.put("POSTLANE_CONF", conf.toString());
        // Port 0: the engine takes a free one.
        PORTS.forEach(port -> environment.put("POSTLANE_" + port + "_PORT", LOOPBACK_ONLY.contains(port) ? "0" : "127.0.0.1:0"));
        compose = new Compose(ROOT, PROJECT, environment);
        compose.run(BUILD_LIMIT, "build");
        compose.run("up", "-d");
        await().atMost(START_LIMIT).pollInterval(Duration.ofSeconds(1)).until(ComposeDockerTest::isHealthy);
    }

    @AfterAll
    static void removeEverything() {
        if (compose == null) {
            return;
        }
        try {
            compose.run("down", "-v");
        } finally {
            compose.docker("image", "rm", "--force", IMAGE);
        }
    }

    /** The container's user is no owner of the copy, and a temporary directory is closed to others. */
    private static void copyConfiguration() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("conf"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, conf.resolve(file.getFileName()));
            }
        }
        Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static boolean isHealthy() {
        String state = compose.inspect(SERVICE, "{{.State.Status}} {{.State.Health.Status}} {{.RestartCount}}");
        if (!state.startsWith("running") || !state.endsWith(" 0") || state.contains("unhealthy")) {
            throw new AssertionError("the container is " + state + "; its log:\n" + compose.run("logs", "--tail=200"));
        }
        return state.contains(" healthy ");
    }

    @Test
    @Order(1)
    void jamesDoesNotRunAsRootAndHasNoCapability() {
        String status = compose.run("exec", "-T", SERVICE, "cat", "/proc/1/status");

        assertThat(status.lines().filter(line -> line.startsWith("Name:"))).containsExactly("Name:\tjava");
        assertThat(status.lines().filter(line -> line.startsWith("Uid:")))
            .containsExactly("Uid:\t" + String.join("\t", USER_ID, USER_ID, USER_ID, USER_ID));
        assertThat(status.lines().filter(line -> line.startsWith("CapBnd:"))).containsExactly("CapBnd:\t0000000000000000");
    }

    @Test
    @Order(2)
    void aMailSentToThePublishedPortIsReadOverPop3() throws Exception {
        put("/domains/docker.test", "");
        put("/users/" + ADDRESS, "{\"password\":\"" + PASSWORD + "\"}");
        String subject = "Subject: to the container " + UUID.randomUUID();

        try (LineDialogue smtp = new LineDialogue(compose.published(SERVICE, 25), "220 ")) {
            smtp.say("EHLO client.test", "250 ");
            smtp.say("MAIL FROM:<bob@elsewhere.test>", "250 ");
            smtp.say("RCPT TO:<" + ADDRESS + ">", "250 ");
            smtp.say("DATA", "354 ");
            smtp.send("From: bob@elsewhere.test");
            smtp.send(subject);
            smtp.send("");
            smtp.send("read me over POP3");
            smtp.say(".", "250 ");
            smtp.say("QUIT", "221 ");
        }

        List<String> mail = await().atMost(Duration.ofMinutes(3)).until(this::firstMail, lines -> !lines.isEmpty());
        assertThat(mail).contains(subject, "read me over POP3");
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

    private List<String> firstMail() throws IOException {
        try (Pop3Client pop3 = Pop3Client.overTls(compose.published(SERVICE, 995)).login(ADDRESS, PASSWORD)) {
            return pop3.ask("STAT").startsWith("+OK 0 ") ? List.of() : pop3.list("RETR 1");
        }
    }

    private static void put(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + compose.published(SERVICE, 8000) + path))
            .PUT(HttpRequest.BodyPublishers.ofString(body)).build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as("PUT " + path + " " + response.body()).isEqualTo(204);
    }
}
