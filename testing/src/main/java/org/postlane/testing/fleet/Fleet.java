// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * Many mail servers on one port. All of 127.0.0.0/8 is loopback on Linux, so each of its addresses is a host: it is told apart
 * by the address that the client connected to. Thousands of connections cost two threads. Thread-safe.
 */
public final class Fleet implements Closeable {
    private static final int THREADS = 2;
    private static final int BACKLOG = 4096;
    /** Small, so that a client soon notices that a content is not read. */
    private static final int RECEIVE_BUFFER = 64 << 10;
    private static final long CLOSE_SECONDS = 10;

    private final NioEventLoopGroup threads = new NioEventLoopGroup(THREADS);
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Map<String, FleetHost> hosts = new ConcurrentHashMap<>();
    private final Map<String, Channel> listeners = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<FleetMail> mails = new ConcurrentLinkedQueue<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger recipients = new AtomicInteger();
    private final AtomicInteger openNow = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();
    /** Leaks are looked for in the client under test, whose process this shares. */
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    private final boolean everywhere;
    private final int port;
    private volatile HostBehaviour byDefault = HostBehaviour.healthy();
    private volatile Consumer<FleetMail> listener = mails::add;

    private Fleet(List<String> addresses) {
        this.everywhere = addresses.isEmpty();
        this.port = bind(everywhere ? "0.0.0.0" : addresses.get(0), 0);
        addresses.stream().skip(1).forEach(address -> bind(address, port));
    }

    /** A fleet of all addresses of this machine, on a free port. */
    public static Fleet everywhere() {
        return new Fleet(List.of());
    }

    /** A fleet of these addresses, on one port that was free at the first: each can close its port. */
    public static Fleet at(String... addresses) {
        if (addresses.length == 0) {
            throw new IllegalArgumentException("A fleet without hosts");
        }
        return new Fleet(List.of(addresses));
    }

    /** The port of all hosts. */
    public int port() {
        return port;
    }

    /** The host of an address, which behaves like the others until it is told otherwise. */
    public FleetHost host(String address) {
        return hosts.computeIfAbsent(address, any -> new FleetHost(this, any, byDefault));
    }

    /** How hosts behave that nobody has named yet; healthy at first. */
    public Fleet byDefault(HostBehaviour behaviour) {
        byDefault = behaviour;
        return this;
    }

    /** Gives each mail that is taken to this, before the answer, instead of keeping it; on threads of the fleet. */
    public Fleet onMail(Consumer<FleetMail> consumer) {
        listener = consumer;
        return this;
    }

    /** The mails that were taken, in the order of their final dots, unless {@link #onMail} has them. */
    public List<FleetMail> mails() {
        return List.copyOf(mails);
    }

    /** The number of mails that were taken. */
    public int taken() {
        return taken.get();
    }

    /** The number of recipients of the mails that were taken. */
    public int recipients() {
        return recipients.get();
    }

    /** The connections that are open now. One that the client ends without QUIT counts until the fleet has seen it. */
    public int open() {
        return openNow.get();
    }

    /** The most connections that were open at any moment. */
    public int peak() {
        return peak.get();
    }

    /** Memory that the sessions hold for what has come, in octets. */
    long buffered() {
        return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
    }

    /** All connections so far. */
    public long opened() {
        return numbers.get();
    }

    /** The hosts that were named or connected to. */
    public Collection<FleetHost> hosts() {
        return List.copyOf(hosts.values());
    }

    void connected() {
        peak.accumulateAndGet(openNow.incrementAndGet(), Math::max);
    }

    void disconnected() {
        openNow.decrementAndGet();
    }

    void took(FleetMail mail) {
        listener.accept(mail);
        recipients.addAndGet(mail.recipients().size());
        taken.incrementAndGet();
    }

    void stopListening(String address) {
        if (everywhere) {
            throw new IllegalStateException("One port serves all hosts: only a fleet at single addresses can close one");
        }
        Channel channel = listeners.remove(address);
        if (channel != null) {
            channel.close().syncUninterruptibly();
            // The system closes the port only when the selector has let go of it, in its next round.
            channel.eventLoop().schedule(() -> { }, 1, TimeUnit.MILLISECONDS).syncUninterruptibly();
        }
    }

    void listen(String address) {
        if (everywhere) {
            throw new IllegalStateException("One port serves all hosts");
        }
        int unused = bind(address, port);
    }

    private int bind(String address, int wanted) {
        Channel channel = new ServerBootstrap().group(threads).channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
            .childOption(ChannelOption.ALLOCATOR, memory)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel connection) {
                    accept(connection);
                }
            })
            .bind(address, wanted).syncUninterruptibly().channel();
        listeners.put(address, channel);
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private void accept(SocketChannel connection) {
        open.add(connection);
        FleetHost host = host(connection.localAddress().getAddress().getHostAddress());
        connection.pipeline().addLast(new FleetSession(host, numbers.incrementAndGet()));
    }

    /** Ends all connections that are open now, without a word. */
    public void disconnect() {
        open.close().syncUninterruptibly();
    }

    /** Closes all ports and connections and waits for the threads. */
    @Override
    public void close() {
        listeners.values().forEach(channel -> channel.close().syncUninterruptibly());
        disconnect();
        threads.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
