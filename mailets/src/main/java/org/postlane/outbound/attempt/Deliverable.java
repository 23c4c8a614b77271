// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.apache.james.core.MailAddress;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.postlane.smtp.Content;
import org.postlane.smtp.Domain;
import org.postlane.smtp.Envelope;
import org.postlane.smtp.EnvelopeId;
import org.postlane.smtp.Fault;
import org.postlane.smtp.OriginalRecipient;
import org.postlane.smtp.Path;
import org.postlane.smtp.RecipientResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mail as one attempt needs it: some of its recipients, with their paths and DSN wishes, and the content. For one attempt.
 *
 * <p>Of what a sender can say in MAIL and RCPT, James 3.8.1 keeps RET, ENVID, NOTIFY and ORCPT, and ORCPT only under the type
 * {@code rfc822}. It forgets SMTPUTF8, REQUIRETLS, BY and MT-PRIORITY, reads commands as US-ASCII, and has no address with other
 * characters except in a quoted local part that a mailet made. Its {@code MAIL_PRIORITY}, from 0 to 9 with 5 in the middle, is
 * the place in its own queues that the administrator chose, and no wish of the sender's: it does not become MT-PRIORITY.
 */
final class Deliverable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Deliverable.class);

    private final SharedMail mail;
    private final List<MailAddress> recipients;
    /** By position; null where {@link #unsendable} says why. */
    private final List<Envelope.Recipient> paths = new ArrayList<>();
    private final List<RecipientResult> unsendable = new ArrayList<>();
    /** Takes the place of the mail's own; null while it does not. */
    private volatile Content converted;

    Deliverable(SharedMail mail, List<MailAddress> recipients) {
        this.mail = mail;
        this.recipients = List.copyOf(recipients);
        for (MailAddress recipient : this.recipients) {
            Envelope.Recipient path = null;
            RecipientResult why = mail.badSender();
            try {
                path = recipientOf(recipient, mail.dsn());
            } catch (IllegalArgumentException e) {
                why = RecipientResult.failed(Fault.RECIPIENT, "5.1.3 " + e.getMessage());
            }
            paths.add(path);
            unsendable.add(why);
        }
    }

    private static Envelope.Recipient recipientOf(MailAddress address, Optional<DsnParameters> dsn) {
        Optional<RecipientDsnParameters> wishes = dsn.map(all -> all.getRcptParameters().get(address));
        Set<Envelope.Notify> notify = wishes.flatMap(RecipientDsnParameters::getNotifyParameter)
            .map(Deliverable::notify).orElse(Set.of());
        return new Envelope.Recipient(path(address), notify,
            wishes.flatMap(RecipientDsnParameters::getOrcptParameter).flatMap(Deliverable::original));
    }

    /** James keeps ORCPT as it stood in the command, encoded; a mailet may have set a plain address instead. */
    private static Optional<OriginalRecipient> original(MailAddress orcpt) {
        String address = orcpt.asString();
        try {
            return Optional.of(OriginalRecipient.ofMailbox(
                DsnParameters.XText.isValid(address) ? DsnParameters.XText.decode(address) : address));
        } catch (IllegalArgumentException e) {
            LOGGER.warn("A recipient goes without its original recipient: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static Set<Envelope.Notify> notify(EnumSet<DsnParameters.Notify> wishes) {
        return wishes.stream().map(wish -> Envelope.Notify.valueOf(wish.name())).collect(Collectors.toSet());
    }

    static Path path(MailAddress address) {
        String domain = address.getDomain().asString();
        // James takes the brackets off an address literal when it reads it; RFC 5321 4.1.3 wants them back.
        return Path.of(address.getLocalPart(), InetAddresses.isInetAddress(domain)
            ? Domain.literal(InetAddresses.forString(domain)) : Domain.of(domain));
    }

    /** The domains of the recipients. */
    Set<String> domains() {
        return recipients().stream().map(recipient -> recipient.getDomain().asString()).collect(Collectors.toSet());
    }

    List<MailAddress> recipients() {
        return recipients;
    }

    /** Why the recipient at this position cannot be written in SMTP; null where it can. */
    RecipientResult unsendable(int position) {
        return unsendable.get(position);
    }

    /** The recipient at this position, which is not unsendable. */
    Envelope.Recipient recipientAt(int position) {
        return paths.get(position);
    }

    /** The first of these positions that one transaction takes: so many recipients, in so many domains, and at least one. */
    List<Integer> firstOf(List<Integer> positions, int most, int mostDomains) {
        Set<Object> domains = new HashSet<>();
        int count = 0;
        for (int position : positions) {
            domains.add(recipients.get(position).getDomain());
            if (count > 0 && (count == most || domains.size() > mostDomains)) {
                break;
            }
            count++;
        }
        return positions.subList(0, count);
    }

    /** The envelope for the recipients at these positions, none of which is unsendable. */
    Envelope envelopeFor(List<Integer> positions) {
        List<Envelope.Recipient> chosen = positions.stream().map(paths::get).collect(Collectors.toList());
        Envelope.Builder envelope = Envelope.from(mail.sender());
        mail.dsn().ifPresent(dsn -> {
            dsn.getRetParameter().ifPresent(ret -> envelope.ret(Envelope.Return.valueOf(ret.name())));
            dsn.getEnvIdParameter().flatMap(this::envelopeId).ifPresent(envelope::envelopeId);
        });
        return envelope.to(chosen);
    }

    private Optional<EnvelopeId> envelopeId(DsnParameters.EnvId id) {
        try {
            return Optional.of(EnvelopeId.of(DsnParameters.XText.decode(id.asString())));
        } catch (IllegalArgumentException e) {
            LOGGER.warn("{} is sent without its envelope identifier: {}", mail.name(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Whether the queue has given the mail to others: then no transaction begins. */
    boolean isLost() {
        return mail.isLost();
    }

    /**
     * The content.
     *
     * @return fails with {@link UnreadableMessageException}
     */
    CompletableFuture<Content> content() {
        Content copy = converted;
        return copy == null ? mail.content() : CompletableFuture.completedFuture(copy);
    }

    /**
     * Replaces the content by a seven-bit copy of it, if it may be converted.
     *
     * @return whether it was; fails with {@link UnreadableMessageException}
     */
    CompletableFuture<Boolean> convertToSevenBit() {
        return mail.sevenBitCopy().thenApply(copy -> {
            copy.ifPresent(content -> converted = content);
            return copy.isPresent();
        });
    }
}
