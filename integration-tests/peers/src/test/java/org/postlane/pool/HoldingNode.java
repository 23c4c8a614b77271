// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.postlane.cluster.RedisAddress;
import org.postlane.cluster.SharedLimits;
import org.postlane.pool.CountedNetwork.Connection;

/** A node in a process of its own, which holds connections until it is killed. */
final class HoldingNode {
    private static final String HOLDING = "holding";

    private HoldingNode() {
    }

    static Process start(String redis, int connections) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
            "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            HoldingNode.class.getName(), redis, String.valueOf(connections))
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    static void awaitHolding(Process process) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        for (String line = out.readLine(); !HOLDING.equals(line); line = out.readLine()) {
            if (line == null) {
                throw new AssertionError("the node has ended");
            }
        }
    }

    public static void main(String... arguments) throws InterruptedException {
        CountedNetwork network = new CountedNetwork(SharedPermitsDockerTest.LIMITS);
        network.calmDown();
        SharedLimits shared = SharedLimits.through(RedisAddress.parse(arguments[0]), 1, System::nanoTime);
        Pool<FakeKey, Connection> pool =
            new Pool<>(network, SharedPermitsDockerTest.LIMITS, OpeningGate.open(), shared.permits(String::valueOf));
        while (shared.problem().isPresent()) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            Lease<Connection> held = pool.acquire(FakeKey.of("mx/a"), Duration.ofMinutes(1)).join();
            held.resource();
        }
        System.out.println(HOLDING);
        new CountDownLatch(1).await();
    }
}
