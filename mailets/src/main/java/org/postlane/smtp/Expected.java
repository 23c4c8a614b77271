// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;

/**
 * The answer to one command: one reply, or to the end of data in LMTP one for each accepted recipient. How many those are is
 * asked only when the first of them comes, because the answers to RCPT may still be on their way when the content leaves.
 *
 * <p>Everything here happens on the connection's event loop.
 */
final class Expected {
    private final String what;
    private final IntSupplier due;
    private final List<Reply> received = new ArrayList<>(1);
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private Duration limit;

    /**
     * An answer.
     *
     * @param limit the time for each of its replies; null while the time goes by what we have yet to send
     */
    Expected(String what, IntSupplier due, Duration limit) {
        this.what = what;
        this.due = due;
        this.limit = limit;
    }

    /** The command, as messages may show it. */
    String what() {
        return what;
    }

    Duration limit() {
        return limit;
    }

    void setLimit(Duration time) {
        limit = time;
    }

    /** The last reply; it fails when the connection ends before. */
    CompletableFuture<Reply> reply() {
        return reply;
    }

    /** The replies so far, also where the last one never came. */
    List<Reply> received() {
        return received;
    }

    /** Takes a reply. The answer is complete only by {@link #complete()}, once nothing here is in the way of what follows. */
    void accept(Reply next) {
        received.add(next);
    }

    boolean isAnswered() {
        return received.size() >= due.getAsInt();
    }

    void complete() {
        reply.complete(received.get(received.size() - 1));
    }

    void fail(Throwable why) {
        reply.completeExceptionally(why);
    }
}
