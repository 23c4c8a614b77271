// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens SMTP and LMTP sessions. One client serves a whole process: it owns the threads that the connections run on.
 *
 * <p>Safe to call from any thread.
 */
public final class SmtpClient implements Closeable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SmtpClient.class);

    /** Content readers may wait for a disk: a few more than there are cores, and none while there is nothing to read. */
    private static final int READERS = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(1);

    private final EventLoopGroup eventLoops;
    private final ThreadPoolExecutor readers;
    /** One for each material in use; materials come from configuration, so they are few. */
    private final Map<TlsMaterial, TlsContexts> tls = new ConcurrentHashMap<>();
    /** Sessions being opened: an event loop that ends may forget one, and nobody may wait for it for ever. */
    private final Map<Object, CompletableFuture<?>> opening = new ConcurrentHashMap<>();
    private final LongSupplier clock;
    private final PhaseListener phases;
    private volatile boolean closed;

    /** A client. Whom its sessions trust, and what they show, their settings say. */
    public SmtpClient() {
        this(PhaseListener.NONE);
    }

    /** A client that tells what its time goes into. */
    public SmtpClient(PhaseListener phases) {
        this(System::nanoTime, phases);
    }

    /** A client for whose connections time passes as {@code clock} says, in nanoseconds, but for their time limits. */
    SmtpClient(LongSupplier clock) {
        this(clock, PhaseListener.NONE);
    }

    private SmtpClient(LongSupplier clock, PhaseListener phases) {
        this.clock = clock;
        this.phases = phases;
        this.eventLoops = new NioEventLoopGroup(new DefaultThreadFactory("postlane-smtp", true));
        this.readers = new ThreadPoolExecutor(READERS, READERS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("postlane-content", true));
        readers.allowCoreThreadTimeOut(true);
    }

    /**
     * Connects, greets, and does TLS and AUTH as the settings ask. With {@link TlsMode#OPPORTUNISTIC} a handshake that fails
     * or stalls leads to one more connection, without TLS.
     *
     * @return the session; it fails with an {@link SmtpException}. Cancelling it closes the connection at once
     */
    public CompletableFuture<SmtpConnection> connect(SessionSettings settings) {
        CompletableFuture<SmtpConnection> opened = new CompletableFuture<>();
        connect(settings, opened);
        return opened;
    }

    private void connect(SessionSettings settings, CompletableFuture<SmtpConnection> opened) {
        CompletableFuture<SmtpConnection> once = connectOnce(settings);
        Futures.cancelWith(opened, once);
        CompletableFuture<SmtpConnection> unused = once.whenComplete((session, failure) -> {
            if (failure == null) {
                if (!opened.complete(session)) {
                    session.abort();
                }
            } else if (settings.tls() == TlsMode.OPPORTUNISTIC && failure instanceof TlsHandshakeException
                && !opened.isCancelled()) {
                LOGGER.info("{}: {}; going on without TLS, which is opportunistic here", settings, failure.getMessage());
                connect(settings.toBuilder().tls(TlsMode.NONE).build(), opened);
            } else {
                opened.completeExceptionally(failure);
            }
        });
    }

    private CompletableFuture<SmtpConnection> connectOnce(SessionSettings settings) {
        CompletableFuture<SmtpConnection> opened = new CompletableFuture<>();
        Object key = new Object();
        opening.put(key, opened);
        CompletableFuture<SmtpConnection> unusedEnd = opened.whenComplete((session, failure) -> opening.remove(key));
        if (closed) {
            opened.completeExceptionally(clientIsClosed());
            return opened;
        }
        try {
            if (settings.tls() == TlsMode.NONE || tls.containsKey(settings.tlsMaterial())) {
                open(settings, opened);
            } else {
                // Whom the JVM trusts is read from a disk, which is nothing for the thread that asks.
                readers.execute(() -> openWithTls(settings, opened));
            }
        } catch (RejectedExecutionException e) {
            opened.completeExceptionally(clientIsClosed());
        }
        return opened;
    }

    private void openWithTls(SessionSettings settings, CompletableFuture<SmtpConnection> opened) {
        try {
            TlsContexts unused = tls.computeIfAbsent(settings.tlsMaterial(), TlsContexts::new);
            open(settings, opened);
        } catch (RuntimeException e) {
            opened.completeExceptionally(SmtpException.policy("No TLS for " + settings + ": " + e.getMessage(), null));
        }
    }

    private void open(SessionSettings settings, CompletableFuture<SmtpConnection> opened) {
        ReplyDecoder decoder = new ReplyDecoder();
        Dialogue dialogue = new Dialogue(decoder, clock);
        Bootstrap bootstrap = new Bootstrap()
            .group(eventLoops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) settings.timeouts().connect().toMillis())
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(decoder, dialogue);
                    // Before a single octet can have come: the greeting is expected from the start.
                    CompletableFuture<Reply> greeting = dialogue.expect("the connection, with a greeting",
                        settings.timeouts().connect().plus(settings.timeouts().greeting()));
                    Futures.forward(begin(channel, dialogue, settings, greeting), opened);
                }
            });
        InetSocketAddress source = settings.source().map(local -> new InetSocketAddress(local, 0)).orElse(null);
        PhaseListener.Span connect = phases.begin(PhaseListener.Phase.CONNECT);
        ChannelFuture connecting = bootstrap.connect(settings.address(), source)
            .addListener(connected -> {
                connect.end();
                if (!connected.isSuccess()) {
                    SmtpException why = SmtpException.host("No connection to " + settings + ": "
                        + connected.cause().getMessage(), connected.cause());
                    opened.completeExceptionally(why);
                    // A channel that never was active never tells that it is gone: its clock would run on.
                    dialogue.abort(why);
                } else {
                    PhaseListener.Span opening = phases.begin(PhaseListener.Phase.OPENING);
                    CompletableFuture<SmtpConnection> unusedEnd = opened.whenComplete((session, failure) -> opening.end());
                }
            });
        CompletableFuture<SmtpConnection> unusedToo = opened.whenComplete((session, failure) -> {
            if (opened.isCancelled()) {
                ChannelFuture unusedEnd = connecting.channel().close();
            }
        });
    }

    private CompletableFuture<SmtpConnection> begin(Channel channel, Dialogue dialogue, SessionSettings settings,
                                                    CompletableFuture<Reply> greeting) {
        TlsContexts contexts = tls.get(settings.tlsMaterial());
        CompletableFuture<Reply> firstReply = settings.tls().isImplicit()
            ? contexts.handshake(channel, settings).thenCompose(nothing -> greeting)
            : greeting;
        return new SessionOpener(new Link(channel, dialogue, readers, settings, phases), contexts).open(firstReply);
    }

    /** Ends every connection and thread at once. Connections that should say QUIT are told so before. */
    @Override
    public void close() {
        closed = true;
        readers.shutdown();
        eventLoops.shutdownGracefully(0, SHUTDOWN_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(SHUTDOWN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        opening.values().forEach(opened -> opened.completeExceptionally(clientIsClosed()));
    }

    private static SmtpException clientIsClosed() {
        return SmtpException.unavailable("The client is closed", null);
    }
}
