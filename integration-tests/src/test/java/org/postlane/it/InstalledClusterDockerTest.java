// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.Behaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.docker.Command;
import org.postlane.testing.docker.RequiresDocker;

/** Shared limits out of the bundle, with its relocated client of Redis and James' own Netty, in a James as the image has it. */
@RequiresDocker
class InstalledClusterDockerTest {
    private static final String ALICE = "alice@local.test";
    private static final String BOB = "bob@external.test";
    /** Of the tests of shared limits in {@code integration-tests/peers}. */
    private static final String IMAGE = "postlane-peer-redis:test";
    private static final String CONTAINER = "postlane-it-redis-" + UUID.randomUUID().toString().substring(0, 8);
    /** The packages are downloaded on a machine that never built the image. */
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Command DOCKER = new Command(
        Path.of(System.getProperty("postlane.root"), "integration-tests", "peers", "src", "test", "docker"), Map.of());

    @TempDir
    private static Path directory;
    private static SmtpServer remote;
    private static OfficialJames james;

    @RegisterExtension
    static final AfterTestExecutionCallback WHAT_JAMES_SAID = context ->
        context.getExecutionException().ifPresent(failure -> System.out.println("James said:\n" + james.tail()));

    @BeforeAll
    static void install() throws Exception {
        remote = SmtpServer.with(Behaviour.accepting());
        docker(BUILD_LIMIT, "build", "--quiet", "--tag", IMAGE, "redis");
        docker(LIMIT, "run", "--detach", "--rm", "--name", CONTAINER, "--publish", "127.0.0.1::6379", IMAGE,
            "redis-server", "/etc/redis/plain.conf", "--daemonize", "no");
        String port = docker(LIMIT, "port", CONTAINER, "6379/tcp").replaceFirst(".*:", "");
        james = OfficialJames.memory(OfficialImage.in(directory, remote.port()));
        InstallDocument.run("Install", james.image().root());
        InstallDocument.run("Whether it works", james.image().root());
        james.image().replace("mailetcontainer.xml", "class=\"org.postlane.mailet.PooledRemoteDelivery\">",
            "class=\"org.postlane.mailet.PooledRemoteDelivery\"><sharedLimits>redis://127.0.0.1:" + port + "</sharedLimits>"
                + "<nodes>3</nodes><rates>default=20/s</rates>");
    }

    @AfterAll
    static void end() {
        DOCKER.run(LIMIT, List.of("docker", "rm", "--force", CONTAINER));
        if (james != null) {
            james.close();
        }
        remote.close();
    }

    private static String docker(Duration limit, String... arguments) {
        return DOCKER.require(limit, Stream.concat(Stream.of("docker"), Stream.of(arguments)).toList());
    }

    private static String metric(String name) {
        return james.webadmin(200, "GET", "/metrics", "").lines().filter(line -> line.startsWith(name + " "))
            .map(line -> line.substring(name.length() + 1)).findAny().orElse("none");
    }

    private static String health() {
        return james.webadmin(200, "GET", "/healthcheck", "");
    }

    /** Each as soon as the one before was delivered. */
    private static void relay(int count) {
        for (int i = 0; i < count; i++) {
            int before = remote.received().size();
            james.send(ALICE, BOB, "mail");
            await().until(() -> remote.received().size() == before + 1);
        }
    }

    @Test
    void itSharesThroughRedisAndGoesOnWithItsShareWithoutIt() throws Exception {
        james.start();
        await().until(() -> metric("postlane_sharedLimits_away").equals("0.0"));
        relay(5);
        assertThat(docker(LIMIT, "exec", CONTAINER, "redis-cli", "keys", "postlane:*"))
            .contains("postlane:rate:").contains("postlane:host:127.0.0.1:" + remote.port()).contains("postlane:node:");
        // One a second at least.
        await().until(() -> Double.parseDouble(metric("postlane_sharedLimits_requests")) > 5);
        assertThat(health()).doesNotContain("not shared");

        docker(LIMIT, "kill", CONTAINER);
        await().until(() -> metric("postlane_sharedLimits_away").equals("1.0"));
        relay(5);
        assertThat(health()).contains("limits are not shared with the other nodes").contains("degraded");
        assertThat(james.logged("WARN")).anySatisfy(line -> assertThat(line).contains("each keeps to its own share"));
        assertThat(james.logged("ERROR")).isEmpty();
        james.stop();
    }
}
