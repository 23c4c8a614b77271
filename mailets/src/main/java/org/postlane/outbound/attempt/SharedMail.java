// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.Mail;
import org.postlane.smtp.Content;
import org.postlane.smtp.Fault;
import org.postlane.smtp.Path;
import org.postlane.smtp.RecipientResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all attempts of one mail have in common: sender, DSN wishes, and the content, which is read once however many
 * destinations there are. Safe for use by several threads.
 */
final class SharedMail {
    private static final Logger LOGGER = LoggerFactory.getLogger(SharedMail.class);

    private final Mail mail;
    private final Executor readers;
    private final BooleanSupplier lost;
    private final Path sender;
    private final RecipientResult badSender;
    private final Optional<DsnParameters> dsn;
    private CompletableFuture<Content> content;
    private CompletableFuture<Optional<Content>> sevenBit;

    /**
     * A mail to deliver.
     *
     * @param readers threads that may wait for a disk, as those of connections must not
     * @param lost whether the queue has given it to others
     */
    SharedMail(Mail mail, Executor readers, BooleanSupplier lost) {
        this.mail = mail;
        this.readers = readers;
        this.lost = lost;
        this.dsn = mail.dsnParameters();
        Path from = null;
        RecipientResult why = null;
        try {
            from = mail.getMaybeSender().asOptional().map(SharedMail::path).orElse(Path.NULL);
        } catch (IllegalArgumentException e) {
            why = RecipientResult.failed(Fault.MESSAGE, "5.1.7 " + e.getMessage());
        }
        this.sender = from;
        this.badSender = why;
    }

    private static Path path(MailAddress address) {
        return Deliverable.path(address);
    }

    String name() {
        return mail.getName();
    }

    /** Whether the queue has given it to others: then no transaction begins. */
    boolean isLost() {
        return lost.getAsBoolean();
    }

    /** How often it was attempted before. */
    int retries() {
        return DeliveryRetriesHelper.retrieveRetries(mail);
    }

    /** The sender; null where {@link #badSender()} says why. */
    Path sender() {
        return sender;
    }

    /** Why the sender cannot be written in SMTP; null where it can. */
    RecipientResult badSender() {
        return badSender;
    }

    Optional<DsnParameters> dsn() {
        return dsn;
    }

    /**
     * Reads the content now where it is small, on the caller's thread, which may wait for a disk: whoever needs it later has it
     * without going to another thread and back.
     */
    synchronized void readIfSmall() {
        if (content == null && isSmall()) {
            try {
                content = CompletableFuture.completedFuture(MailContent.of(mail));
            } catch (IOException | RuntimeException e) {
                // The turn will read it again, and if it still cannot, say so.
                LOGGER.debug("{} cannot be read yet", mail.getName(), e);
            }
        }
    }

    private boolean isSmall() {
        try {
            return MailContent.isKept(mail.getMessageSize());
        } catch (MessagingException | RuntimeException e) {
            // Reading it will meet the same, and say so.
            return false;
        }
    }

    /**
     * The content, read from the mail when it is first asked for, but for {@link #readIfSmall}: a mail that waits for a
     * connection shall not hold much.
     *
     * @return fails with {@link UnreadableMessageException}
     */
    synchronized CompletableFuture<Content> content() {
        if (content == null) {
            content = read(() -> MailContent.of(mail));
        }
        return content;
    }

    /**
     * A seven-bit copy of the content; empty if it may not be converted.
     *
     * @return fails with {@link UnreadableMessageException}
     */
    synchronized CompletableFuture<Optional<Content>> sevenBitCopy() {
        if (sevenBit == null) {
            sevenBit = read(() -> SevenBit.copyOf(mail).map(copy -> (Content) copy));
        }
        return sevenBit;
    }

    private <T> CompletableFuture<T> read(Callable<? extends T> reading) {
        try {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return reading.call();
                } catch (Exception | Error e) {
                    throw new CompletionException(new UnreadableMessageException(mail.getName(), e));
                }
            }, readers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new UnreadableMessageException(mail.getName(), e));
        }
    }
}
