// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static org.postlane.cluster.RedisFailures.noAnswerWithin;
import static org.postlane.cluster.RedisFailures.told;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection to Redis, and whether it can be relied on. A heart beats once a second: while a beat is answered the link is
 * up. Where a beat or anything else is not answered within a second, nothing is asked until Redis answers the next beat, or this
 * one late. A Redis that says nothing for five, and a connection that breaks, take the link down, and then the connection is made
 * anew, once a second.
 *
 * <p>Safe for use by several threads. No caller waits: what is asked is sent by a thread of its own, which tells the answers too.
 */
final class RedisLink {
    /** Longer than a fork or a slow disk holds Redis up as a rule; who waits for an answer waits for no longer. */
    static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);
    /** For so long a silent Redis is waited for: it counts for twice as long what a node has that it does not hear of. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** How soon others learn that a node is there, and it of them. */
    static final Duration BEAT = Duration.ofSeconds(1);

    /** What goes wrong again and again is logged now and then. */
    private static final int COMPLAINTS = 100;
    private static final Logger LOGGER = LoggerFactory.getLogger(RedisLink.class);

    private final RedisConnector redis;
    private final Heart heart;
    private final LinkThread thread = new LinkThread();
    private final Silences silences = new Silences();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile StatefulRedisConnection<String, byte[]> connection;
    private volatile State state = State.DOWN;
    private volatile String problem = "not connected yet";
    private volatile boolean closed;
    /** The thread's own, as what follows. */
    private boolean announced;
    private boolean busy;
    private long busySince;
    private int complained;

    /** What can be expected of Redis. */
    enum State {
        /** Nothing: there is no connection, or it is of no use. */
        DOWN,
        /** It does not answer now; may be that it does in a moment, and then knows all that it knew. */
        SILENT,
        /** It answers. */
        UP
    }

    /** A link, down until {@link #start}. */
    RedisLink(RedisAddress address, SslOptions tls, Heart heart) {
        this.redis = new RedisConnector(address, tls);
        this.heart = heart;
    }

    void start() {
        thread.repeat(BEAT, this::beat);
    }

    /** To be told, by the thread of the link, when it goes up or down. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Whether Redis answered last, and so can be asked. */
    boolean isUp() {
        return state == State.UP;
    }

    State state() {
        return state;
    }

    /** Why Redis cannot be asked; empty while it can. */
    Optional<String> problem() {
        return isUp() ? Optional.empty() : Optional.of(redis + ": " + problem);
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
        boolean taken = thread.run(() -> {
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
        CompletableFuture<T> unused = put(through, question).orTimeout(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((value, failure) -> {
                boolean unusedTaken = thread.run(() -> then.come(value, failure));
            });
    }

    private <T> CompletableFuture<T> put(StatefulRedisConnection<String, byte[]> through,
                                         Function<StatefulRedisConnection<String, byte[]>, CompletionStage<T>> question) {
        if (through == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("not connected"));
        }
        requests.incrementAndGet();
        try {
            return question.apply(through).toCompletableFuture().copy();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void failed(StatefulRedisConnection<String, byte[]> through, Throwable failure) {
        if (!through.isOpen()) {
            goDown(told(failure));
        } else if (RedisFailures.isSilence(failure)) {
            silent();
        } else if (complained++ % COMPLAINTS == 0) {
            // It may be about what was asked alone; whether Redis is of use shows at the next beat.
            LOGGER.warn("Redis at {} does not share a limit, which is the node's own share for now: {}", redis, told(failure));
        }
    }

    private void beat() {
        if (closed) {
            return;
        }
        if (busy) {
            if (connection != null && System.nanoTime() - busySince > PATIENCE.toNanos()) {
                goDown(noAnswerWithin(PATIENCE));
            }
            return;
        }
        busy = true;
        busySince = System.nanoTime();
        try {
            if (connection == null) {
                connect();
            } else {
                beat(connection);
            }
        } catch (RuntimeException | Error e) {
            busy = false;
            LOGGER.error("The link to Redis failed", e);
        }
    }

    private void beat(StatefulRedisConnection<String, byte[]> through) {
        CompletableFuture<Runnable> answer = put(through, heart::beat);
        CompletableFuture<Runnable> unused = answer.whenComplete((then, failure) -> {
            boolean unusedTaken = thread.run(() -> {
                if (connection == through) {
                    busy = false;
                    beaten(then, failure);
                }
            });
        });
        CompletableFuture<Runnable> unusedInTime = answer.copy().orTimeout(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((then, failure) -> {
                boolean unusedTaken = thread.run(() -> {
                    if (connection == through && !answer.isDone()) {
                        silent();
                    }
                });
            });
    }

    private void beaten(Runnable then, Throwable failure) {
        if (failure == null) {
            goUp();
            then.run();
        } else {
            goDown(told(failure));
        }
    }

    private void connect() {
        CompletionStage<?> unused = redis.connect().whenComplete((made, failure) -> {
            boolean taken = thread.run(() -> {
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
        if (isUp() || closed) {
            return;
        }
        boolean wasDown = state == State.DOWN;
        state = State.UP;
        announced = false;
        if (wasDown) {
            LOGGER.info("Limits are shared with the other nodes through Redis at {}", redis);
        }
        listeners.forEach(Runnable::run);
    }

    private void silent() {
        if (state == State.SILENT) {
            return;
        }
        if (state == State.DOWN || silences.areTooMany(System.nanoTime())) {
            goDown(noAnswerWithin(ANSWER_WITHIN));
        } else {
            state = State.SILENT;
            problem = noAnswerWithin(ANSWER_WITHIN);
            LOGGER.info("Redis at {} has not answered within {} ms; until it does, this node keeps to its own share", redis,
                ANSWER_WITHIN.toMillis());
            listeners.forEach(Runnable::run);
        }
    }

    private void goDown(String why) {
        boolean was = state != State.DOWN;
        state = State.DOWN;
        busy = false;
        problem = why;
        StatefulRedisConnection<String, byte[]> broken = connection;
        connection = null;
        if (broken != null) {
            CompletableFuture<Void> unused = broken.closeAsync();
        }
        if (!announced && !closed) {
            announced = true;
            LOGGER.warn("Limits are not shared with the other nodes, each keeps to its own share: {}: {}", redis, why);
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
        boolean wasUp = isUp();
        state = State.DOWN;
        thread.end();
        if (through != null && wasUp) {
            try {
                Object unused = last.apply(through).toCompletableFuture().get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOGGER.debug("Redis was not told that this node ends", e);
            }
        }
        redis.close(ANSWER_WITHIN);
    }
}
