// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.net;

import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** Both directions of one connection, on one thread. */
final class DelayedConnection {
    private final SocketChannel client;
    private final SocketAddress target;
    private final long roundTripNanos;
    private final ChannelGroup connections;
    private final DelayedWay toServer;
    private final DelayedWay toClient;

    DelayedConnection(SocketChannel client, SocketAddress target, long roundTripNanos, ChannelGroup connections) {
        this.client = client;
        this.target = target;
        this.roundTripNanos = roundTripNanos;
        this.connections = connections;
        this.toServer = new DelayedWay(client, roundTripNanos / 2);
        this.toClient = new DelayedWay(null, roundTripNanos / 2);
    }

    /** Called while the client's channel is set up. */
    void open() {
        client.pipeline().addLast(toServer.entrance());
        toClient.leadsTo(client);
        long handshake = roundTripNanos + roundTripNanos / 2;
        if (handshake == 0) {
            connect();
        } else {
            var unused = client.eventLoop().schedule(this::connect, handshake, TimeUnit.NANOSECONDS);
        }
    }

    private void connect() {
        if (!client.isOpen()) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
            .group(client.eventLoop())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.AUTO_READ, false)
            .handler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel server) {
                    connections.add(server);
                    toClient.comesFrom(server);
                    server.pipeline().addLast(toClient.entrance());
                }
            });
        ChannelFuture connecting = bootstrap.connect(target);
        var unusedListener = connecting.addListener(done -> {
            if (!done.isSuccess()) {
                var unused = client.close();
                return;
            }
            SocketChannel server = (SocketChannel) connecting.channel();
            toServer.leadsTo(server);
            if (!client.isActive()) {
                // Whoever called disconnect() meanwhile closed only one half.
                var unused = server.close();
                return;
            }
            server.config().setAutoRead(true);
            client.config().setAutoRead(true);
        });
    }
}
