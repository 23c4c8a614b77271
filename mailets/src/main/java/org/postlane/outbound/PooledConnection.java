// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.concurrent.CompletableFuture;

import org.postlane.pool.PooledResource;
import org.postlane.smtp.SmtpConnection;

/** An SMTP connection as the pool sees it. */
final class PooledConnection implements PooledResource {
    private final SmtpConnection connection;

    PooledConnection(SmtpConnection connection) {
        this.connection = connection;
    }

    SmtpConnection connection() {
        return connection;
    }

    @Override
    public boolean isUsable() {
        return connection.isUsable();
    }

    @Override
    public CompletableFuture<Boolean> reset() {
        return connection.reset();
    }

    @Override
    public CompletableFuture<Void> close() {
        return connection.quit();
    }

    @Override
    public void abort() {
        connection.abort();
    }

    @Override
    public void onClosed(Runnable action) {
        CompletableFuture<Void> unused = connection.closed().thenRun(action);
    }

    /** RFC 9422: MAILMAX is how many transactions the server wants over one connection. */
    @Override
    public int usesAllowed() {
        return (int) connection.capabilities().limit("MAILMAX").orElse(Integer.MAX_VALUE);
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
