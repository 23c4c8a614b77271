// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.apache.james.core.MailAddress;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.postlane.smtp.Content;
import org.postlane.smtp.Envelope;
import org.postlane.smtp.Fault;
import org.postlane.smtp.Path;
import org.postlane.smtp.RecipientResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A mail as one attempt needs it: recipients with their paths and DSN wishes, and the content. For one attempt. */
final class Deliverable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Deliverable.class);

    private final Mail mail;
    private final Executor readers;
    private final List<MailAddress> recipients;
    private final Path sender;
    /** By position; null where {@link #unsendable} says why. */
    private final List<Envelope.Recipient> paths = new ArrayList<>();
    private final List<RecipientResult> unsendable = new ArrayList<>();
    private CompletableFuture<Content> content;

    /**
     * A mail to deliver.
     *
     * @param readers threads that may wait for a disk, as those of connections must not
     */
    Deliverable(Mail mail, Executor readers) {
        this.mail = mail;
        this.readers = readers;
        this.recipients = List.copyOf(mail.getRecipients());
        Path from = null;
        RecipientResult badSender = null;
        try {
            from = mail.getMaybeSender().asOptional().map(Deliverable::path).orElse(Path.NULL);
        } catch (IllegalArgumentException e) {
            badSender = RecipientResult.failed(Fault.MESSAGE, code(mail.getMaybeSender().asString(), "5.1.7") + e.getMessage());
        }
        this.sender = from;
        Optional<DsnParameters> dsn = mail.dsnParameters();
        for (MailAddress recipient : recipients) {
            Envelope.Recipient path = null;
            RecipientResult why = badSender;
            try {
                path = recipientOf(recipient, dsn);
            } catch (IllegalArgumentException e) {
                why = RecipientResult.failed(Fault.RECIPIENT, code(recipient.asString(), "5.1.3") + e.getMessage());
            }
            paths.add(path);
            unsendable.add(why);
        }
    }

    /** RFC 6531 3.7.4.2: an address beyond ASCII needs SMTPUTF8, which is another matter than one that is no address. */
    private static String code(String address, String otherwise) {
        return (address.chars().anyMatch(c -> c > 0x7f) ? "5.6.7" : otherwise) + " ";
    }

    private static Envelope.Recipient recipientOf(MailAddress address, Optional<DsnParameters> dsn) {
        Optional<RecipientDsnParameters> wishes = dsn.map(all -> all.getRcptParameters().get(address));
        Set<Envelope.Notify> notify = wishes.flatMap(RecipientDsnParameters::getNotifyParameter)
            .map(Deliverable::notify).orElse(Set.of());
        return new Envelope.Recipient(path(address), notify,
            wishes.flatMap(RecipientDsnParameters::getOrcptParameter).map(orcpt -> "rfc822;" + orcpt.asString()));
    }

    private static Set<Envelope.Notify> notify(EnumSet<DsnParameters.Notify> wishes) {
        return wishes.stream().map(wish -> Envelope.Notify.valueOf(wish.name())).collect(Collectors.toSet());
    }

    private static Path path(MailAddress address) {
        String domain = address.getDomain().asString();
        // James takes the brackets off an address literal when it reads it; RFC 5321 4.1.3 wants them back.
        return Path.of(address.getLocalPart() + "@" + (InetAddresses.isInetAddress(domain) ? literal(domain) : domain));
    }

    private static String literal(String address) {
        return address.indexOf(':') < 0 ? "[" + address + "]" : "[IPv6:" + address + "]";
    }

    List<MailAddress> recipients() {
        return recipients;
    }

    /** Why the recipient at this position cannot be written in SMTP; null where it can. */
    RecipientResult unsendable(int position) {
        return unsendable.get(position);
    }

    /** The envelope for the recipients at these positions, none of which is unsendable. */
    Envelope envelopeFor(List<Integer> positions) {
        List<Envelope.Recipient> chosen = positions.stream().map(paths::get).collect(Collectors.toList());
        Optional<DsnParameters> dsn = mail.dsnParameters();
        Optional<Envelope.Return> ret = dsn.flatMap(DsnParameters::getRetParameter)
            .map(value -> Envelope.Return.valueOf(value.name()));
        try {
            return new Envelope(sender, chosen, ret,
                dsn.flatMap(DsnParameters::getEnvIdParameter).map(envid -> DsnParameters.XText.decode(envid.asString())));
        } catch (IllegalArgumentException e) {
            LOGGER.warn("{} is sent without its envelope identifier: {}", mail.getName(), e.getMessage());
            return new Envelope(sender, chosen, ret, Optional.empty());
        }
    }

    /**
     * The content, read from the mail when it is first asked for: a mail that waits for a connection shall not hold it.
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
     * Replaces the content by a seven-bit copy of it, if it may be converted.
     *
     * @return whether it was; fails with {@link UnreadableMessageException}
     */
    CompletableFuture<Boolean> convertToSevenBit() {
        return read(() -> SevenBit.copyOf(mail)).thenApply(copy -> {
            copy.ifPresent(this::replaceContent);
            return copy.isPresent();
        });
    }

    private synchronized void replaceContent(MailContent copy) {
        content = CompletableFuture.completedFuture(copy);
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
