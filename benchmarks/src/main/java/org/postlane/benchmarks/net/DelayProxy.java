// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

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
 * A way to another port of loopback that takes time. Octets pass unchanged and in order, each direction half a round trip late.
 * Nothing is lost and no bandwidth is short: it is delay alone. Any number of connections; thread-safe.
 *
 * <p>Opening a connection costs what it costs on a network: the server sees it one and a half round trips after the client asked
 * for it, when the last part of the TCP handshake would arrive, so that its greeting is there after two. The client itself is
 * told at once that it is connected, for that is the kernel's doing; what it says before it was greeted is held until then.
 */
public final class DelayProxy implements AutoCloseable {
    private static final int BACKLOG = 4_096;

    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;
    private final InetSocketAddress target;
    private volatile long roundTripNanos;

    private DelayProxy(int targetPort) {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
        loops = new NioEventLoopGroup(1);
        listener = new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel client) {
                    connections.add(client);
                    new DelayedConnection(client, target, roundTripNanos, connections).open();
                }
            })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
    }

    /** Listens on a free port of loopback; no delay yet. */
    public static DelayProxy to(int targetPort) {
        return new DelayProxy(targetPort);
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** For the connections that are opened from now on; open ones keep theirs. */
    public void setRoundTrip(Duration roundTrip) {
        roundTripNanos = roundTrip.toNanos();
    }

    /** Ends all connections, at both ends; returns when they are closed. What was on its way is lost. */
    public void disconnect() {
        connections.close().syncUninterruptibly();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        disconnect();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
