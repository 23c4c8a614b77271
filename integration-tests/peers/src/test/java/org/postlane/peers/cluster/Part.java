// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers.cluster;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.postlane.testing.docker.Compose;

/** One container of the cluster, which may be stopped, killed and started again. Its ports and its address may change then. */
class Part {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String PUBLISHED =
        "{{range $port, $at := .NetworkSettings.Ports}}{{range $at}}{{$port}}={{.HostPort}} {{end}}{{end}}";

    /** As the first version of control groups tells it, or the second. */
    private static final String PROCESSOR_NANOS = "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null"
        + " || sed -n 's/^usage_usec \\(.*\\)/\\1000/p' /sys/fs/cgroup/cpu.stat";

    private final Compose compose;
    private final String service;
    private volatile Map<String, Integer> ports = Map.of();
    private volatile String address = "";

    Part(Compose compose, String service) {
        this.compose = compose;
        this.service = service;
    }

    /** Looks where it is now, once it runs. */
    final void locate() {
        ports = Stream.of(compose.inspect(service, PUBLISHED).split(" ")).filter(pair -> !pair.isEmpty())
            .collect(Collectors.toMap(pair -> pair.split("/")[0], pair -> Integer.valueOf(pair.split("=")[1]),
                (one, same) -> one));
        address = compose.inspect(service, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
    }

    /** The port of 127.0.0.1 that stands for one of the container. */
    final int port(int port) {
        return ports.get(Integer.toString(port));
    }

    /** Where it is in the network of Compose. */
    final String address() {
        return address;
    }

    /** SIGKILL. */
    final void kill() {
        compose.docker("kill", compose.container(service));
    }

    /** As an administrator stops it. */
    final void stop() {
        compose.docker("stop", compose.container(service));
    }

    /** Starts it again, and waits until it is well. */
    final void start() {
        compose.docker("start", compose.container(service));
        locate();
        awaitHealth();
    }

    /** When it was started last. */
    final String startedAt() {
        return compose.inspect(service, "{{.State.StartedAt}} {{.RestartCount}}");
    }

    final void awaitHealth() {
        await(service).atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(this::isHealthy);
    }

    /** Whether its health check has said so. */
    boolean isHealthy() {
        return compose.inspect(service, "{{.State.Health.Status}}").equals("healthy");
    }

    /** The time of processors that it has used since it was started, in ns. */
    final long processorNanos() {
        return Long.parseLong(compose.docker("exec", compose.container(service), "sh", "-c", PROCESSOR_NANOS));
    }

    /** The last that it said. */
    final String log(int lines) {
        return compose.docker("logs", "--tail", Integer.toString(lines), compose.container(service));
    }

    @Override
    public String toString() {
        return service;
    }
}
