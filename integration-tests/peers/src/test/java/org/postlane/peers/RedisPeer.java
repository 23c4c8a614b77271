// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Redis from Debian's packages, in a container of its own for a class of tests, which outlives it: it may be killed, stopped and
 * started again under the same port. A second one takes TLS and a login only. Each test finds it empty.
 */
public final class RedisPeer implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private static final int PLAIN = 6379;
    private static final int SECURE = 6380;
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private Peer container;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "redis");
        container = Peer.start("redis", PeerTls.in(directory), List.of(), List.of(PLAIN, SECURE));
        run();
        container.execute("redis-server /etc/redis/secure.conf");
        clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (container != null) {
            container.close();
        }
    }

    /** Without anything in it, but not as one that was emptied just now. */
    private void clear() {
        keys("~postlane:*");
        administer("config set maxmemory 0");
        ask("flushall");
        ask("set postlane:began 1");
    }

    /** The certificate of the one with TLS, which is for 127.0.0.1 too. */
    public Path certificate() {
        return container.tls().directory().resolve("certificate.pem");
    }

    /** Where the plain one is. */
    public String url() {
        return "redis://127.0.0.1:" + container.address(PLAIN).getPort();
    }

    /** Where the one with TLS is, for this user, another database than the first. */
    public String secureUrl(String login) {
        return "rediss://" + login + "@127.0.0.1:" + container.address(SECURE).getPort() + "/3";
    }

    /** Starts the plain one, without any memory of what was. */
    public void run() {
        container.execute("redis-server /etc/redis/plain.conf");
        await("Redis").atMost(START_LIMIT).until(() -> ask("ping").equals("PONG"));
    }

    /** What the plain one answers. */
    public String ask(String command) {
        return container.execute("redis-cli " + command + " || true").strip();
    }

    /** What the plain one answers somebody who may do anything. */
    public String administer(String command) {
        return ask("--user admin --pass admin --no-auth-warning " + command);
    }

    /** What keys its users may use from now on, as {@code ACL SETUSER} takes them. */
    public void keys(String patterns) {
        administer("acl setuser default resetkeys " + patterns);
    }

    /** SIGKILL for the plain one. */
    public void kill() {
        container.execute("kill -KILL $(cat /run/plain.pid)");
        await("the end of Redis").until(() -> !ask("ping").equals("PONG"));
    }

    /** SIGSTOP: it is there and does nothing. */
    public void halt() {
        container.execute("kill -STOP $(cat /run/plain.pid)");
    }

    /** SIGCONT. */
    public void goOn() {
        container.execute("kill -CONT $(cat /run/plain.pid)");
    }
}
