// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;

/** A script that Redis runs as a whole, sent by its digest as long as Redis knows it. Immutable. */
final class Script {
    private final String text;

    /** One of those beside this class. */
    Script(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing beside " + Script.class.getName());
            }
            this.text = new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it. */
    <T> CompletionStage<T> run(StatefulRedisConnection<String, byte[]> connection, ScriptOutputType output, List<String> keys,
                               Object... arguments) {
        RedisAsyncCommands<String, byte[]> redis = connection.async();
        String[] names = keys.toArray(new String[0]);
        byte[][] values = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            values[i] = String.valueOf(arguments[i]).getBytes(UTF_8);
        }
        CompletableFuture<T> known = redis.<T>evalsha(redis.digest(text), output, names, values).toCompletableFuture();
        CompletableFuture<CompletionStage<T>> either = known.handle((answer, failure) ->
            failure instanceof RedisNoScriptException ? redis.<T>eval(text, output, names, values) : known);
        return either.thenCompose(Function.identity());
    }
}
