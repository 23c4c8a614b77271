// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One mail whose content reached the server to its end. Immutable but for {@link #accepted()}, which grows while an LMTP server
 * answers. Thread-safe.
 */
public final class ReceivedMail {
    private final String mailFrom;
    private final String mailParameters;
    private final List<Recipient> recipients;
    private final List<Recipient> accepted = new CopyOnWriteArrayList<>();
    private final byte[] content;
    private final int chunks;
    private final int connectionId;
    private final int transactionNumber;
    private final boolean tls;
    private final String authenticatedUser;
    private final String heloName;
    private final Instant receivedAt = Instant.now();

    ReceivedMail(Envelope envelope, byte[] content, int chunks, Connection connection) {
        this.mailFrom = envelope.from();
        this.mailParameters = envelope.parameters();
        this.recipients = List.copyOf(envelope.recipients());
        this.content = content;
        this.chunks = chunks;
        this.connectionId = connection.id();
        this.transactionNumber = connection.transactions();
        this.tls = connection.isTls();
        this.authenticatedUser = connection.authenticatedUser();
        this.heloName = connection.heloName();
    }

    /** What stood between the angle brackets of MAIL; empty for the null sender. */
    public String mailFrom() {
        return mailFrom;
    }

    /** What followed it, as received: {@code SIZE=1000 BODY=8BITMIME}; empty without any. */
    public String mailParameters() {
        return mailParameters;
    }

    void acceptedFor(Recipient recipient) {
        accepted.add(recipient);
    }

    /** The recipients whose RCPT was answered 2xx, in order. */
    public List<Recipient> recipients() {
        return recipients;
    }

    /** Their addresses alone. */
    public List<String> recipientAddresses() {
        return recipients.stream().map(Recipient::address).toList();
    }

    /**
     * The recipients for which the end of the message was answered 2xx, in order: all or none under SMTP; under LMTP one by one,
     * each before its reply is sent.
     */
    public List<Recipient> accepted() {
        return List.copyOf(accepted);
    }

    /** Their addresses alone. */
    public List<String> acceptedAddresses() {
        return accepted().stream().map(Recipient::address).toList();
    }

    /** How many BDAT commands carried it, the last one included (RFC 3030); 0 where it came by DATA. */
    public int chunks() {
        return chunks;
    }

    /** Whether it came by BDAT instead of DATA. */
    public boolean isChunked() {
        return chunks > 0;
    }

    /**
     * The content after unstuffing, line ends as they came, with the CRLF before the final dot; under BDAT the chunks put
     * together. A copy.
     */
    public byte[] content() {
        return content.clone();
    }

    /** The content read as UTF-8. */
    public String text() {
        return new String(content, UTF_8);
    }

    /** Octets of content. */
    public int size() {
        return content.length;
    }

    /** The number of the connection; the server's first one is 1. */
    public int connectionId() {
        return connectionId;
    }

    /** Which transaction on its connection carried it; the first one is 1. */
    public int transactionNumber() {
        return transactionNumber;
    }

    /** Whether it came through TLS. */
    public boolean tls() {
        return tls;
    }

    /** Who had authenticated; empty for nobody. */
    public String authenticatedUser() {
        return authenticatedUser;
    }

    /** The name given with EHLO or HELO. */
    public String heloName() {
        return heloName;
    }

    /** When its content had ended. */
    public Instant receivedAt() {
        return receivedAt;
    }

    @Override
    public String toString() {
        return "<" + mailFrom + "> to " + recipientAddresses() + ", " + content.length + " octets"
            + (isChunked() ? " in " + chunks + " chunks" : "") + ", connection " + connectionId
            + " transaction " + transactionNumber;
    }
}
