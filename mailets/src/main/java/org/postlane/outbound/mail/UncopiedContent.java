// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.postlane.james.ReceivedOctets;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/**
 * A queue of James' that is in memory, without its copies of messages: James writes each message out three times and parses it as
 * often to put it in, which costs more than the delivery of a small mail. Here the octets are copied once, go through the queue
 * beside the envelope, as an attribute that no queue copies, and are the message of what comes out. Whoever looks at the queue
 * itself sees its mails without that, and may hand them out before their time, remove or count them as ever.
 *
 * <p>Safe for use by several threads.
 */
public final class UncopiedContent implements MailQueue {
    static final AttributeName CONTENT = AttributeName.of("postlane-content");
    /** James' memory server, and the queues that extend its own. */
    private static final String IN_MEMORY = "org.apache.james.queue.memory.";
    private static final Logger LOGGER = LoggerFactory.getLogger(UncopiedContent.class);

    private final MailQueue queue;

    private UncopiedContent(MailQueue queue) {
        this.queue = queue;
    }

    /**
     * Writes out a message that mailets have changed, where it is small: whoever asks for its size or its content after that does
     * not have it written out or parsed again. To be called for a mail that nobody else has.
     */
    public static void writeOut(Mail mail) {
        try {
            MimeMessage message = mail.getMessage();
            boolean isChanged = message instanceof MimeMessageWrapper && ((MimeMessageWrapper) message).isModified();
            Optional<ReceivedOctets> content = isChanged && mail instanceof MailImpl ? contentOf(mail) : Optional.empty();
            if (content.isPresent()) {
                ((MailImpl) mail).setMessageContent(content.get());
            }
        } catch (MessagingException | IOException | RuntimeException e) {
            LOGGER.debug("{} cannot be written out", mail.getName(), e);
        }
    }

    /** The queue without copies where it is in memory; else the queue itself: what no queue copies would be lost there. */
    public static MailQueue in(MailQueue queue) {
        for (Class<?> kind = queue.getClass(); kind != null; kind = kind.getSuperclass()) {
            if (kind.getName().startsWith(IN_MEMORY)) {
                return new UncopiedContent(queue);
            }
        }
        return queue;
    }

    @Override
    public MailQueueName getName() {
        return queue.getName();
    }

    @Override
    public void enQueue(Mail mail, Duration delay) throws MailQueueException {
        queue.enQueue(light(mail), delay);
    }

    @Override
    public void enQueue(Mail mail) throws MailQueueException {
        queue.enQueue(light(mail));
    }

    @Override
    public Publisher<Void> enqueueReactive(Mail mail) {
        return Flux.defer(() -> queue.enqueueReactive(light(mail)));
    }

    @Override
    public Publisher<MailQueueItem> deQueue() {
        return Flux.<MailQueueItem>from(queue.deQueue()).doOnNext(item -> restore(item.getMail()));
    }

    @Override
    public void close() throws IOException {
        queue.close();
    }

    /** The same mail, whose content is not its message; the mail itself where that cannot be done. */
    private static Mail light(Mail mail) {
        try {
            Optional<ReceivedOctets> content = contentOf(mail);
            if (content.isEmpty()) {
                return mail;
            }
            // The queue copies the envelope, and all attributes or none: one that cannot be copied would cost the content.
            // So they are copied here too, and where that fails the queue has the mail as it is.
            MailImpl light = MailImpl.builder()
                .name(mail.getName())
                .sender(mail.getMaybeSender())
                .addRecipients(mail.getRecipients())
                .remoteHost(mail.getRemoteHost())
                .remoteAddr(mail.getRemoteAddr())
                .lastUpdated(mail.getLastUpdated())
                .state(mail.getState())
                .errorMessage(mail.getErrorMessage())
                .addAttributes(mail.attributes().map(Attribute::duplicate).collect(Collectors.toList()))
                .addAllHeadersForRecipients(mail.getPerRecipientSpecificHeaders())
                .build();
            light.setAttribute(new Attribute(CONTENT, AttributeValue.ofUnserializable(content.get())));
            return light;
        } catch (MessagingException | IOException | RuntimeException e) {
            // Where it is the message, the queue will meet the same and say so.
            LOGGER.debug("{} is copied into queue", mail.getName(), e);
            return mail;
        }
    }

    private static Optional<ReceivedOctets> contentOf(Mail mail) throws MessagingException, IOException {
        MimeMessage message = mail.getMessage();
        if (!(message instanceof MimeMessageWrapper)) {
            return Optional.empty();
        }
        // That of a changed message would be counted by parsing it; the size of its body is known, and its headers are in memory.
        long size = ((MimeMessageWrapper) message).isModified() ? message.getSize() : mail.getMessageSize();
        if (size < 0 || size > ReceivedOctets.MOST) {
            return Optional.empty();
        }
        byte[] octets = octetsOf((MimeMessageWrapper) message);
        return octets.length > ReceivedOctets.MOST ? Optional.empty() : Optional.of(new ReceivedOctets(mail.getName(), octets));
    }

    private static byte[] octetsOf(MimeMessageWrapper message) throws MessagingException, IOException {
        if (message.isModified()) {
            // As James writes what mailets have changed.
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            message.writeTo(written);
            return written.toByteArray();
        }
        try (InputStream in = message.getMessageInputStream()) {
            return in.readNBytes(ReceivedOctets.MOST + 1);
        }
    }

    private static boolean isWithoutMessage(Mail mail) {
        try {
            return mail.getMessage() == null;
        } catch (MessagingException e) {
            // It has one, which whoever reads it will complain about.
            return false;
        }
    }

    private static void restore(Mail mail) {
        Optional<Attribute> content = mail.getAttribute(CONTENT);
        if (content.isEmpty()) {
            if (isWithoutMessage(mail)) {
                LOGGER.error("{} has come out of its queue without its content", mail.getName());
            }
            return;
        }
        ReceivedOctets octets = (ReceivedOctets) content.get().getValue().value();
        try {
            ((MailImpl) mail).setMessageContent(octets);
            Attribute unused = mail.removeAttribute(CONTENT).orElse(null);
        } catch (MessagingException e) {
            // It does not: the method only says that it might.
            throw new IllegalStateException(e);
        }
    }
}
