// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.dropwizard.DropWizardMetricFactory;
import org.postlane.benchmarks.james.LiveHeap;
import org.postlane.benchmarks.james.LoopbackNames;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.pool.Lease;
import org.postlane.pool.PoolLimits;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.TlsMode;

/**
 * The main class of a process that has very many connections open and uses none: the engine's pool and client, without a James.
 * It says what they cost, and waits until its input ends.
 */
public final class IdleConnections {
    /** What the line of figures begins with: connections held, octets of heap and of direct memory for each. */
    public static final String FIGURES = "idle ";
    /** So many are opened at once: a sink accepts one after the other. */
    private static final int HOSTS_AT_ONCE = 50;
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Connections connections;

    private IdleConnections(int perHost, int hosts) {
        PoolLimits limits = PoolLimits.builder().maxPerHost(perHost).maxTotal(perHost * hosts).idleTimeout(LONG).maxAge(LONG)
            .build();
        OutboundMetrics metrics = new OutboundMetrics(new DropWizardMetricFactory(new MetricRegistry()), new NoopGaugeRegistry());
        connections = new Connections(metrics, () -> limits, System::nanoTime);
    }

    /** Arguments: the port of the sink, hosts, connections to each, whether with STARTTLS. */
    public static void main(String... arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int hosts = Integer.parseInt(arguments[1]);
        int perHost = Integer.parseInt(arguments[2]);
        TlsMode tls = Boolean.parseBoolean(arguments[3]) ? TlsMode.REQUIRED : TlsMode.NONE;
        IdleConnections idle = new IdleConnections(perHost, hosts);
        // One host more, whose connections were there before: classes, threads and arenas are no cost of a connection.
        idle.open(0, 1, perHost, number -> key(number, port, tls));
        long heapBefore = LiveHeap.now();
        long directBefore = direct();
        idle.open(1, hosts, perHost, number -> key(number, port, tls));
        int open = idle.connections.stats().open();
        int more = open - perHost;
        long heap = LiveHeap.now() - heapBefore;
        long direct = direct() - directBefore;
        System.out.println(FIGURES + open + " " + heap / more + " " + direct / more);
        System.out.flush();
        if (System.in.read() >= 0) {
            throw new IOException("not expected: input");
        }
        Runtime.getRuntime().halt(0);
    }

    private static long direct() {
        return Math.max(PlatformDependent.usedDirectMemory(), PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
    }

    private static ConnectionKey key(int host, int port, TlsMode tls) {
        InetSocketAddress address = new InetSocketAddress(LoopbackNames.address(host), port);
        return new ConnectionKey(SessionSettings.to(address, "mx." + LoopbackNames.domain(host)).ehloName("idle.test").tls(tls)
            .build(), Set.of(LoopbackNames.domain(host)));
    }

    private void open(int from, int to, int perHost, IntFunction<ConnectionKey> keys) throws Exception {
        for (int first = from; first < to; first += HOSTS_AT_ONCE) {
            List<CompletableFuture<Lease<PooledConnection>>> opening = new ArrayList<>();
            for (int host = first; host < Math.min(to, first + HOSTS_AT_ONCE); host++) {
                for (int i = 0; i < perHost; i++) {
                    opening.add(connections.pool().acquire(keys.apply(host), PATIENCE));
                }
            }
            List<Lease<PooledConnection>> held = new ArrayList<>();
            for (CompletableFuture<Lease<PooledConnection>> future : opening) {
                held.add(future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            held.forEach(Lease::release);
        }
    }
}
