// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.apache.james.core.MailAddress;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.postlane.smtp.Content;
import org.postlane.smtp.Envelope;
import org.postlane.smtp.Path;

/** A mail as one attempt needs it: recipients with their paths and DSN wishes, and the content. For one attempt. */
final class Deliverable {
    private final List<MailAddress> recipients;
    private final Envelope envelope;
    private final Mail mail;
    private MailContent content;

    /**
     * A mail to deliver.
     *
     * @throws IllegalArgumentException when an address or DSN wish cannot be written in SMTP
     */
    Deliverable(Mail mail) {
        this.mail = mail;
        this.recipients = List.copyOf(mail.getRecipients());
        Optional<DsnParameters> dsn = mail.dsnParameters();
        this.envelope = new Envelope(
            mail.getMaybeSender().asOptional().map(Deliverable::path).orElse(Path.NULL),
            recipients.stream().map(recipient -> recipientOf(recipient, dsn)).collect(Collectors.toList()),
            dsn.flatMap(DsnParameters::getRetParameter).map(ret -> Envelope.Return.valueOf(ret.name())),
            dsn.flatMap(DsnParameters::getEnvIdParameter).map(envid -> DsnParameters.XText.decode(envid.asString())));
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
        return Path.of(address.getLocalPart() + "@" + (InetAddresses.isInetAddress(domain) ? "[" + domain + "]" : domain));
    }

    List<MailAddress> recipients() {
        return recipients;
    }

    String name() {
        return mail.getName();
    }

    /** The envelope for the recipients at these positions. */
    Envelope envelopeFor(List<Integer> positions) {
        List<Envelope.Recipient> chosen = new ArrayList<>(positions.size());
        positions.forEach(position -> chosen.add(envelope.recipients().get(position)));
        return envelope.to(chosen);
    }

    /**
     * The content, read from the mail when it is first asked for: a mail that waits for a connection shall not hold it.
     *
     * @throws IOException when the message cannot be read
     */
    synchronized Content content() throws IOException {
        if (content == null) {
            content = MailContent.of(mail);
        }
        return content;
    }

    /**
     * Replaces the content by a seven-bit copy of it, if it may be converted.
     *
     * @return whether it was
     */
    synchronized boolean convertToSevenBit() throws IOException {
        Optional<MailContent> converted = SevenBit.copyOf(mail);
        converted.ifPresent(copy -> content = copy);
        return converted.isPresent();
    }
}
