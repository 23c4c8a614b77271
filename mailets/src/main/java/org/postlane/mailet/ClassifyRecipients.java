// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.Parameters;
import org.postlane.lane.SpoolReturn;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.MappingMode;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.RelayDomains;

/**
 * Sets the type of each recipient (local, virtual, relay, external, unknown) in the attribute
 * {@code postlane-recipient-types}, in place of what the mail carried before. The attribute survives any queue.
 *
 * <p>Where the directory cannot answer, the mail goes back to the spool and is classified again after 10 s, doubling to 5 min,
 * 12 times at most; after that, or where the spool does not take it, an exception says so: set {@code onMailetException} to
 * {@code propagate} to leave such mail to the spooler.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>name</th><th>unit</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code relayDomains}</td><td>domains, comma separated</td><td>those that another mailet declares, else none</td>
 * <td>{@code example.org} for that domain, {@code .example.org} for those under it. One list for the whole James.</td></tr>
 * <tr><td>{@code mappings}</td><td>{@code follow} or {@code ignore}</td><td>{@code follow}</td>
 * <td>{@code ignore} behind the rewrite table: what it has resolved is not virtual again.</td></tr>
 * </table>
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.ClassifyRecipients">
 *   <relayDomains>partner.example, .branch.example</relayDomains>
 *   <onMailetException>propagate</onMailetException>
 * </mailet>}</pre>
 */
public class ClassifyRecipients extends GenericMailet {
    static final String MAPPINGS = "mappings";

    private final RecipientClassifier classifier;
    private final RelayDomains relayDomains;
    private final SpoolReturn spoolReturn;
    private MappingMode mappings = MappingMode.FOLLOW;

    /** For James' injector. */
    @Inject
    public ClassifyRecipients(RecipientClassifier classifier, RelayDomains relayDomains, MailQueueFactory<?> queues) {
        this.classifier = classifier;
        this.relayDomains = relayDomains;
        this.spoolReturn = new SpoolReturn(queues, SpoolReturn.CLASSIFICATION_RETURNS);
    }

    @Override
    public void init() {
        mappings = read(Parameters.of(getMailetConfig()), relayDomains);
    }

    /** Reads an element, and declares its relay domains; takes nothing else and starts nothing. */
    static MappingMode read(Parameters parameters, RelayDomains relayDomains) {
        String expected = "follow or ignore";
        MappingMode mappings = parameters.text(MAPPINGS, expected)
            .map(text -> MappingMode.parse(text).orElseThrow(() -> parameters.error(MAPPINGS, expected)))
            .orElse(MappingMode.FOLLOW);
        relayDomains.declare(parameters);
        parameters.refuseUnknown();
        return mappings;
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        try {
            RecipientTypes.set(mail, RecipientTypes.of(mail.getRecipients(), classifier, mappings));
            spoolReturn.forget(mail);
        } catch (LookupFailedException e) {
            spoolReturn.giveBack(mail, new MessagingException("Mail " + mail.getName() + " cannot be classified", e));
        }
    }

    @Override
    public void destroy() {
        spoolReturn.close();
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: classifies recipients";
    }
}
