// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * An SMTP server on a free port of loopback that accepts everything, counts it and keeps nothing. It understands as much as a
 * counterpart of a benchmark needs and is no judge of what clients do: the servers of {@code org.postlane.testing} are, and cost
 * more. Thread-safe.
 */
public final class Sink implements AutoCloseable {
    private static final int BACKLOG = 4_096;

    final AtomicLong connections = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong transactions = new AtomicLong();
    final AtomicLong messages = new AtomicLong();
    final AtomicLong octets = new AtomicLong();
    private final SinkSettings settings;
    private final EventLoopGroup loops;
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicLong openNow = new AtomicLong();
    private final AtomicLong mostOpen = new AtomicLong();
    private final Channel listener;
    private final List<Milestone> milestones = new CopyOnWriteArrayList<>();

    private Sink(SinkSettings settings, InetAddress address) {
        this.settings = settings;
        loops = new NioEventLoopGroup(1);
        listener = new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel client) {
                    client.pipeline().addLast(new SinkSession(Sink.this, settings));
                }
            })
            .bind(address, 0)
            .syncUninterruptibly()
            .channel();
    }

    public static Sink start(SinkSettings settings) {
        return new Sink(settings, InetAddress.getLoopbackAddress());
    }

    /** One that all addresses of loopback lead to, each a host for its clients; they are counted together. */
    public static Sink everywhere(SinkSettings settings) {
        return new Sink(settings, new InetSocketAddress(0).getAddress());
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public SinkSettings settings() {
        return settings;
    }

    /** What it has counted until now. */
    public Counts counts() {
        return new Counts(connections.get(), refused.get(), transactions.get(), messages.get(), octets.get());
    }

    /** The most connections that were open at once since this was asked last. */
    public long mostOpen() {
        return mostOpen.getAndSet(openNow.get());
    }

    /** From now on, so many messages more. */
    public Milestone expect(long further) {
        Milestone next = new Milestone(messages.get() + further);
        milestones.add(next);
        return next;
    }

    /** Ends all connections; returns when they are closed. */
    public void disconnect() {
        open.close().syncUninterruptibly();
    }

    /** Whether there is room for one more, which then is counted. */
    boolean admits(Channel client) {
        long now = openNow.incrementAndGet();
        var unused = client.closeFuture().addListener(closed -> openNow.decrementAndGet());
        open.add(client);
        if (now > settings.maxConnections()) {
            refused.incrementAndGet();
            return false;
        }
        mostOpen.accumulateAndGet(now, Math::max);
        connections.incrementAndGet();
        return true;
    }

    void accepted(long contentOctets) {
        octets.addAndGet(contentOctets);
        long soFar = messages.incrementAndGet();
        milestones.removeIf(milestone -> milestone.count(soFar));
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        disconnect();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
