// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where James' repository is asked and passwords are hashed: both take long, and a Netty thread serves many. */
final class LoginThreads {
    /** A directory server or a database takes more at once than there are processors; hashing does not, and shares them. */
    private static final int CHECKS_AT_ONCE = 16;
    /** Beyond these a login is told to come again later: its client would have given up before its turn. */
    private static final int WAITING_CHECKS = 1_000;
    /** A user whose turn does not come is enrolled at the next login. */
    private static final int WAITING_ENROLMENTS = 1_000;
    /** A client waits for minutes (RFC 5321 4.5.3.2), a person does not. */
    private static final long LIMIT_SECONDS = 30;
    private static final long IDLE_SECONDS = 60;

    private final ThreadPoolExecutor checks = threads("postlane-login-", CHECKS_AT_ONCE, WAITING_CHECKS);
    /** One: nobody waits for it, and it costs a processor for half a second a user. */
    private final ThreadPoolExecutor enrolments = threads("postlane-enrolment-", 1, WAITING_ENROLMENTS);

    private static ThreadPoolExecutor threads(String name, int count, int waiting) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(count, count, IDLE_SECONDS, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(waiting), task -> {
                Thread thread = new Thread(task, name + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * What a check says; fails as it does, with {@link RejectedExecutionException} where too many wait, and with
     * {@link java.util.concurrent.TimeoutException} where it takes more than 30 s.
     */
    <T> CompletableFuture<T> check(Callable<T> check) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            checks.execute(() -> complete(result, check));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(e);
        }
        return result.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> void complete(CompletableFuture<T> result, Callable<T> check) {
        if (result.isDone()) {
            // Nobody waits for it any more.
            return;
        }
        try {
            result.complete(check.call());
        } catch (Exception | Error e) {
            // A library that fails to load must not leave a client without an answer.
            result.completeExceptionally(e);
        }
    }

    /** Does this when there is time; false where too much waits already. */
    boolean later(Runnable enrolment) {
        try {
            enrolments.execute(enrolment);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    void close() {
        checks.shutdown();
        enrolments.shutdown();
    }
}
