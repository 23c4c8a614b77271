// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Redis from Debian's packages, in a container of its own, which outlives it: it may be killed, stopped and started again under
 * the same port. A second one takes TLS and a login only.
 */
public final class RedisPeer implements AutoCloseable {
    private static final int PLAIN = 6379;
    private static final int SECURE = 6380;
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final Peer container;

    private RedisPeer(Peer container) {
        this.container = container;
    }

    /**
     * Starts both servers.
     *
     * @param directory for its certificate, which is for 127.0.0.1 too: {@code certificate.pem}
     */
    public static RedisPeer start(Path directory) {
        RedisPeer redis = new RedisPeer(Peer.start("redis", PeerTls.in(directory), List.of(), List.of(PLAIN, SECURE)));
        redis.run();
        redis.container.execute("redis-server /etc/redis/secure.conf");
        return redis;
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

    @Override
    public void close() {
        container.close();
    }
}
