// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection to Redis, and whether it can be relied on. A heart beats once a second: while a beat is answered the link is
 * up; a beat or anything else that is not answered within a second takes it down, and then the connection is made anew, once a
 * second.
 *
 * <p>Safe for use by several threads. No caller waits: what is asked is sent by a thread of its own, which tells the answers too.
 */
final class RedisLink {
    /** Longer than a fork or a slow disk holds Redis up as a rule; who waits for an answer waits for no longer. */
    static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);
    /** How soon others learn that a node is there, and it of them. */
    static final Duration BEAT = Duration.ofSeconds(1);

    /** What goes wrong again and again is logged now and then. */
    private static final int COMPLAINTS = 100;
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    private static final Logger LOGGER = LoggerFactory.getLogger(RedisLink.class);

    private final RedisAddress address;
    private final Heart heart;
    private final ScheduledThreadPoolExecutor thread;
    private final ClientResources resources;
    private final RedisClient client;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile StatefulRedisConnection<String, byte[]> connection;
    private volatile boolean up;
    private volatile String problem = "not connected yet";
    private volatile boolean closed;
    /** The thread's own, as what follows. */
    private boolean announced;
    private boolean busy;
    private int complained;

    /** What is asked once a second. */
    interface Heart {
        /** Asks; must change something in Redis: one that takes no writes is of no use. By the thread of the link. */
        CompletionStage<List<Object>> beat(StatefulRedisConnection<String, byte[]> redis);

        /** Told the answer, by the thread of the link, when the link is up. */
        void beaten(List<Object> answer);
    }

    /** A link, down until {@link #start}. */
    RedisLink(RedisAddress address, SslOptions tls, Heart heart) {
        this.address = address;
        this.heart = heart;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "postlane-cluster");
            made.setDaemon(true);
            return made;
        });
        thread.setRemoveOnCancelPolicy(true);
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

    void start() {
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** To be told, by the thread of the link, when it goes up or down. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Whether Redis answered last, and so can be asked. */
    boolean isUp() {
        return up;
    }

    /** Why Redis cannot be asked; empty while it can. */
    Optional<String> problem() {
        return up ? Optional.empty() : Optional.of(address + ": " + problem);
    }

    /** What has been asked so far. */
    long requests() {
        return requests.get();
    }

    /** What has been asked and not answered, and what is about to be asked. */
    int unanswered() {
        return unanswered.get();
    }

    /**
     * Asks, and gives up after a second.
     *
     * @param then told the answer, or null and why there is none, by the thread of the link, never within this call
     */
    <T> void ask(Function<StatefulRedisConnection<String, byte[]>, CompletionStage<T>> question, Answer<T> then) {
        unanswered.incrementAndGet();
        boolean taken = execute(() -> {
            StatefulRedisConnection<String, byte[]> through = connection;
            send(through, question, (answer, failure) -> {
                try {
                    if (failure != null && through != null && through == connection) {
                        failed(through, failure);
                    }
                    then.come(answer, failure);
                } finally {
                    unanswered.decrementAndGet();
                }
            });
        });
        if (!taken) {
            unanswered.decrementAndGet();
        }
    }

    /** What came of a question. */
    @FunctionalInterface
    interface Answer<T> {
        /** Exactly one of them is null, but that an answer may be null as well. */
        void come(T answer, Throwable failure);
    }

    private <T> void send(StatefulRedisConnection<String, byte[]> through,
                          Function<StatefulRedisConnection<String, byte[]>, CompletionStage<T>> question, Answer<T> then) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (through == null) {
            answer.completeExceptionally(new IllegalStateException("not connected"));
        } else {
            requests.incrementAndGet();
            try {
                CompletionStage<T> unused = question.apply(through).whenComplete((value, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else {
                        answer.complete(value);
                    }
                });
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
        CompletableFuture<T> unused = answer.orTimeout(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((value, failure) -> {
                boolean unusedTaken = execute(() -> then.come(value, failure));
            });
    }

    private boolean execute(Runnable task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException | Error e) {
                    LOGGER.error("What the limits of the cluster had to do failed", e);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            LOGGER.debug("Redis is not asked any more: the link is closed");
            return false;
        }
    }

    private void failed(StatefulRedisConnection<String, byte[]> through, Throwable failure) {
        if (isSilence(failure) || !through.isOpen()) {
            goDown(told(failure));
        } else if (complained++ % COMPLAINTS == 0) {
            // It may be about what was asked alone; whether Redis is of use shows at the next beat.
            LOGGER.warn("Redis at {} does not share a limit, which is the node's own share for now: {}", address, told(failure));
        }
    }

    private static boolean isSilence(Throwable failure) {
        return failure instanceof TimeoutException;
    }

    private static String told(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return isSilence(deepest) ? "no answer within " + ANSWER_WITHIN.toMillis() + " ms"
            : String.valueOf(deepest.getMessage() == null ? deepest : deepest.getMessage());
    }

    private void beat() {
        if (busy || closed) {
            return;
        }
        busy = true;
        try {
            if (connection == null) {
                connect();
            } else {
                StatefulRedisConnection<String, byte[]> through = connection;
                send(through, heart::beat, (answer, failure) -> {
                    busy = false;
                    if (connection == through) {
                        beaten(answer, failure);
                    }
                });
            }
        } catch (RuntimeException | Error e) {
            busy = false;
            LOGGER.error("The link to Redis failed", e);
        }
    }

    private void beaten(List<Object> answer, Throwable failure) {
        if (failure == null) {
            goUp();
            heart.beaten(answer);
        } else {
            goDown(told(failure));
        }
    }

    private void connect() {
        CompletionStage<?> unused = client.connectAsync(CODEC, address.uri(CONNECT_WITHIN)).whenComplete((made, failure) -> {
            boolean taken = execute(() -> {
                busy = false;
                if (failure != null) {
                    goDown(told(failure));
                } else if (closed) {
                    CompletableFuture<Void> unusedEnd = made.closeAsync();
                } else {
                    connection = made;
                    beat();
                }
            });
            if (!taken && made != null) {
                CompletableFuture<Void> unusedEnd = made.closeAsync();
            }
        });
    }

    private void goUp() {
        if (up || closed) {
            return;
        }
        up = true;
        announced = false;
        LOGGER.info("Limits are shared with the other nodes through Redis at {}", address);
        listeners.forEach(Runnable::run);
    }

    private void goDown(String why) {
        boolean was = up;
        up = false;
        problem = why;
        StatefulRedisConnection<String, byte[]> broken = connection;
        connection = null;
        if (broken != null) {
            CompletableFuture<Void> unused = broken.closeAsync();
        }
        if (!announced && !closed) {
            announced = true;
            LOGGER.warn("Limits are not shared with the other nodes, each keeps to its own share: {}: {}", address, why);
        }
        if (was) {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Asks a last time, and ends; what has not been sent within a second is not sent.
     *
     * @param last changes something in Redis
     */
    void close(Function<StatefulRedisConnection<String, byte[]>, CompletionStage<?>> last) {
        closed = true;
        StatefulRedisConnection<String, byte[]> through = connection;
        boolean wasUp = up;
        up = false;
        thread.shutdownNow();
        if (through != null && wasUp) {
            try {
                Object unused = last.apply(through).toCompletableFuture().get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOGGER.debug("Redis was not told that this node ends", e);
            }
        }
        // The threads come last: closing a connection takes one.
        CompletableFuture<Void> unused = client.shutdownAsync(0, ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((nothing, failure) -> {
                Future<Boolean> unusedEnd = resources.shutdown(0, ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            });
    }
}
