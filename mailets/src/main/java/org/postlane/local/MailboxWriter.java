// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.apache.james.mailbox.MailboxManager;
import org.apache.james.mailbox.exception.MailboxNameException;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.transport.mailets.LocalDelivery;
import org.apache.james.transport.mailets.delivery.MailboxAppenderImpl;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.UsersRepositoryException;
import org.apache.mailet.StorageDirective;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Writes one copy into one mailbox, as James' LocalDelivery does and with its code. Safe for use by several threads. */
final class MailboxWriter {
    private static final Logger LOGGER = LoggerFactory.getLogger(MailboxWriter.class);

    private final UsersRepository users;
    private final MailboxAppenderImpl appender;
    private final Metric delivered;

    MailboxWriter(UsersRepository users, MailboxManager mailboxes, MetricFactory metrics) {
        this.users = users;
        this.appender = new MailboxAppenderImpl(mailboxes);
        this.delivered = metrics.generate(LocalDelivery.LOCAL_DELIVERED_MAILS_METRIC_NAME);
    }

    /** The owner of the mailbox; may ask a directory. */
    Username owner(MailAddress recipient) {
        try {
            return users.getUsername(recipient);
        } catch (UsersRepositoryException e) {
            LOGGER.warn("The user name of {} is not known; the address takes its place", recipient.asPrettyString(), e);
            return Username.of(recipient.asString());
        }
    }

    /** Writes when it is subscribed to; much of that may happen on the subscribing thread. */
    Mono<Void> write(LocalMail mail, MailAddress recipient, Username owner) throws MessagingException {
        StorageDirective directive = mail.directive(owner);
        if (directive.getTargetFolder().filter(String::isEmpty).isPresent()) {
            // James throws the same in no class of its own; it is as lasting as other names that cannot be one.
            return Mono.error(new MailboxNameException("The folder of " + recipient.asPrettyString() + " has no name"));
        }
        return appender.append(mail.copyFor(recipient), owner, directive)
            .doOnSuccess(ids -> {
                delivered.increment();
                LOGGER.info("Mail {} with message-id {} from {} is delivered to {} in {} as {}", mail.name(), mail.messageId(),
                    mail.sender(), recipient.asPrettyString(), directive.getTargetFolder().orElse(""), ids);
            })
            .then();
    }
}
