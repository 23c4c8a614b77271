// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import javax.mail.MessagingException;

import org.apache.james.mailrepository.api.MailRepository;
import org.apache.james.mailrepository.api.MailRepositoryUrl;
import org.apache.mailet.Mail;
import org.postlane.james.KeptName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps mail that was given up in one of James' repositories, with the reason, in the state in which it came: James' own
 * webadmin can send it again from there. Safe to share.
 */
public final class DeadLetters {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetters.class);

    private final MailRepositoryUrl url;
    private final MailRepository repository;

    /** A repository, and the name under which webadmin knows it. */
    public DeadLetters(MailRepositoryUrl url, MailRepository repository) {
        this.url = url;
        this.repository = repository;
    }

    /**
     * Keeps a mail, under a {@link KeptName}. Doing it again replaces what is there under that name.
     *
     * @throws MessagingException when the repository does not take it; it has to be offered again
     */
    public void store(Mail mail) throws MessagingException {
        String name = mail.getName();
        try {
            mail.setName(KeptName.of(mail));
            LOGGER.info("Keeping mail {} in {}", mail.getName(), url.asString());
            repository.store(mail);
        } finally {
            mail.setName(name);
        }
    }

    @Override
    public String toString() {
        return url.asString();
    }
}
