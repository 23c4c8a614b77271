// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.Parameters;
import org.postlane.outbound.settings.DeadLetters;

/**
 * James' {@code ToRepository}, with its parameters, for mail that somebody may have processed again: a mail that fails once more
 * before James has removed it from the repository is not removed with its first copy, for it lies there under another name. What
 * the repository does not take is an exception; with {@code onMailetException} as {@code propagate} the mail comes again, and
 * is kept once. Safe for use by several threads.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>name</th><th>unit</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code repositoryPath}</td><td>URL of a mail repository</td><td>none: it has to be there</td>
 * <td>where the mail is kept</td></tr>
 * <tr><td>{@code passThrough}</td><td>{@code true}, {@code false}</td><td>{@code false}</td>
 * <td>whether the mail goes on to the next mailet, or ends here</td></tr>
 * </table>
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.KeepInRepository">
 *   <repositoryPath>jpa://var/mail/error/</repositoryPath>
 *   <onMailetException>propagate</onMailetException>
 * </mailet>}</pre>
 */
public class KeepInRepository extends GenericMailet {
    static final String REPOSITORY_PATH = "repositoryPath";
    static final String PASS_THROUGH = "passThrough";

    private final KnownRepositories repositories;
    private DeadLetters repository;
    private boolean passThrough;

    /** For James' injector. */
    @Inject
    public KeepInRepository(KnownRepositories repositories) {
        this.repositories = repositories;
    }

    @Override
    public void init() {
        Parameters parameters = Parameters.of(getMailetConfig());
        passThrough = parameters.flag(PASS_THROUGH, false);
        repository = repositories.deadLetters(parameters, REPOSITORY_PATH)
            .orElseThrow(() -> parameters.error(REPOSITORY_PATH, repositories.expected()));
        parameters.refuseUnknown();
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        repository.store(mail);
        if (!passThrough) {
            mail.setState(Mail.GHOST);
        }
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: mail that is kept, and may be processed again";
    }
}
