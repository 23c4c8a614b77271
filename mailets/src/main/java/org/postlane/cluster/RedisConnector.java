// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;

/** Makes connections to one Redis, with threads of its own. Safe for use by several threads. */
final class RedisConnector {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    private final RedisAddress address;
    private final ClientResources resources;
    private final RedisClient client;

    RedisConnector(RedisAddress address, SslOptions tls) {
        this.address = address;
        // The least that the client takes.
        this.resources = ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled()).build();
        this.client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
            // What was asked before the connection broke must not be asked again behind our back.
            .autoReconnect(false)
            .sslOptions(tls)
            .socketOptions(SocketOptions.builder().connectTimeout(CONNECT_WITHIN).build())
            .build());
    }

    CompletionStage<StatefulRedisConnection<String, byte[]>> connect() {
        return client.connectAsync(CODEC, address.uri(CONNECT_WITHIN));
    }

    /** Closes all connections, in the background. */
    void close(Duration within) {
        // The threads come last: closing a connection takes one.
        CompletableFuture<Void> unused = client.shutdownAsync(0, within.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((nothing, failure) -> {
                Future<Boolean> unusedEnd = resources.shutdown(0, within.toMillis(), TimeUnit.MILLISECONDS);
            });
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
