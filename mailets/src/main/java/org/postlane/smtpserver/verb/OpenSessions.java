// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.annotation.PreDestroy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;

/**
 * The SMTP sessions of one James, on whatever listener, until it stops. What James has answered before, the end of a message
 * above all, is sent before the farewell: both are the affair of the session's own thread. Safe for use by several threads.
 */
public final class OpenSessions implements AutoCloseable {
    /** What the farewells may take together; the stop of a service has about ten seconds for everything. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Map<Channel, String> sessions = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /** Takes a session; it is forgotten when it ends. */
    void add(Channel channel, String helloName) {
        sessions.put(channel, helloName);
        channel.closeFuture().addListener(closed -> sessions.remove(channel));
        if (stopping) {
            end(channel, helloName);
        }
    }

    /** Ends them all, before James closes its listeners and cuts them off. Waits until they have ended, for a second at most. */
    @Override
    @PreDestroy
    public void close() {
        stopping = true;
        List<Channel> ending = sessions.keySet().stream().collect(Collectors.toList());
        sessions.forEach(OpenSessions::end);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (Channel channel : ending) {
                var unusedEnded = channel.closeFuture().await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Channel channel, String helloName) {
        channel.eventLoop().execute(() -> channel
            .writeAndFlush(Unpooled.copiedBuffer("421 4.3.2 " + helloName + " is shutting down\r\n", US_ASCII))
            .addListener(ChannelFutureListener.CLOSE));
    }
}
