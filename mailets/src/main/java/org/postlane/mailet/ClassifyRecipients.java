// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.Parameters;
import org.postlane.lane.SpoolReturn;
import org.postlane.recipient.DirectoryLimits;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.MappingMode;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.RelayDomains;
import org.postlane.recipient.VirtualDomains;

/**
 * Sets the type of each recipient (local, virtual, relay, external, unknown) in the attribute
 * {@code postlane-recipient-types}. A type that the mail carries from RCPT stands, and is not looked up again; behind the rewrite
 * table ({@code mappings} is {@code ignore}) all are new. The attribute survives any queue.
 *
 * <p>What the mail carries from RCPT holds for 10 min; a mail that took longer to get here is classified anew.
 *
 * <p>Where the directory cannot answer, the mail goes back to the spool and is classified again after 10 s, doubling to 5 min,
 * for 5 days; after that it goes to the processor {@code error}. Where the spool does not take it, or ignores delays and had it
 * 12 times, an exception says so: set {@code onMailetException} to {@code propagate} to leave such mail to the spooler.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>name</th><th>unit</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code relayDomains}</td><td>domains, comma separated</td><td>those that another mailet declares, else none</td>
 * <td>{@code example.org} for that domain, {@code .example.org} for those under it. One list for the whole James.</td></tr>
 * <tr><td>{@code relayDomainsFile}</td><td>file</td><td>none</td><td>the same from a file, read again when it changes.</td></tr>
 * <tr><td>{@code virtualDomains}</td><td>domains, comma separated</td><td>none</td>
 * <td>every address of theirs is virtual; without a mapping it is unknown.</td></tr>
 * <tr><td>{@code directoryCacheSize}</td><td>addresses</td><td>100000</td><td>how many are remembered.</td></tr>
 * <tr><td>{@code directoryCacheTime}</td><td>time with unit</td><td>2 min</td><td>how long those are that were found.</td></tr>
 * <tr><td>{@code directoryUnknownCacheTime}</td><td>time with unit</td><td>30 s</td><td>how long the others are.</td></tr>
 * <tr><td>{@code directoryLookups}</td><td>look-ups</td><td>16</td><td>how many run at a time for SMTP sessions.</td></tr>
 * <tr><td>{@code directoryTimeout}</td><td>time with unit</td><td>30 s</td><td>after which RCPT is answered 451.</td></tr>
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
    private final VirtualDomains virtualDomains;
    private final SpoolReturn spoolReturn;
    private MappingMode mappings = MappingMode.FOLLOW;

    /** For James' injector. */
    @Inject
    public ClassifyRecipients(RecipientClassifier classifier, RelayDomains relayDomains, VirtualDomains virtualDomains,
            MailQueueFactory<?> queues) {
        this.classifier = classifier;
        this.relayDomains = relayDomains;
        this.virtualDomains = virtualDomains;
        this.spoolReturn = new SpoolReturn(queues, SpoolReturn.CLASSIFICATION_RETURNS);
    }

    @Override
    public void init() {
        Parameters parameters = Parameters.of(getMailetConfig());
        mappings = read(parameters, relayDomains, virtualDomains);
        classifier.declare(DirectoryLimits.read(parameters));
    }

    /** Reads an element, and declares its domains; takes nothing else and starts nothing. */
    static MappingMode read(Parameters parameters, RelayDomains relayDomains, VirtualDomains virtualDomains) {
        String expected = "follow or ignore";
        MappingMode mappings = parameters.text(MAPPINGS, expected)
            .map(text -> MappingMode.parse(text).orElseThrow(() -> parameters.error(MAPPINGS, expected)))
            .orElse(MappingMode.FOLLOW);
        relayDomains.declare(parameters);
        virtualDomains.declare(parameters);
        DirectoryLimits.read(parameters);
        parameters.refuseUnknown();
        return mappings;
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        RecipientTypes.forgetOld(mail);
        try {
            RecipientTypes.set(mail, mappings == MappingMode.FOLLOW
                ? RecipientTypes.of(mail, classifier) : RecipientTypes.of(mail.getRecipients(), classifier, mappings));
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
