// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.mailet.Mail;
import org.apache.mailet.ProcessingState;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.Parameters;
import org.postlane.local.LocalDeliveries;
import org.postlane.local.LocalDeliverySettings;

/**
 * Delivers a mail into the mailboxes of its recipients, many at a time, in the place of James' {@code LocalDelivery} by a
 * change of the class name. The mailboxes get the same octets, folders and flags: what Sieve, JMAP filtering,
 * AddDeliveredToHeader and other mailets before it have set for a recipient holds.
 *
 * <p>The message is written out once, however many recipients there are: into memory up to James' threshold, into a file above
 * it. At most {@code localRecipientsInFlight} (100) mailboxes are written at a time, and of large copies no more than
 * {@code localMegabytesInFlight}, over all mails together, and mails take turns. A failure that may pass is tried again for that
 * recipient; one that lasts, like a full mailbox, is not.
 *
 * <p>A mailbox that does not answer within {@code localTimeout} (30 s; both are keys of {@link DeliverByType}) lends its slot to
 * the next one. Its attempt goes on; a mail for that recipient alone waits in the queue {@code local-retry} for the end of it.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>name</th><th>unit</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code consume}</td><td>{@code true}, {@code false}</td><td>{@code true}</td>
 * <td>whether the mail ends here</td></tr>
 * <tr><td>{@code retries}</td><td>attempts, 0 to 1000</td><td>3</td>
 * <td>how often a failure that may pass is tried again, after 200 ms, doubling to 1 s</td></tr>
 * <tr><td>{@code onMailetException}</td><td>{@code ignore}, {@code propagate} or a processor</td><td>{@code error}</td>
 * <td>what becomes of the recipients, and of no others, whose mailbox did not take the mail</td></tr>
 * <tr><td>{@code successReports}</td><td>{@code true}, {@code false}</td><td>as {@code consume}</td>
 * <td>whether a sender who asked for {@code NOTIFY=SUCCESS} is told of the mailboxes that have the mail (RFC 3461)</td></tr>
 * </table>
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.FanOutLocalDelivery"/>}</pre>
 */
public class FanOutLocalDelivery extends GenericMailet {
    private final LocalDeliveries deliveries;
    /** Kept after the end: James' spool still brings mail then. */
    private Optional<LocalDeliverySettings> settings = Optional.empty();
    private boolean open;

    /** For James' injector. */
    @Inject
    public FanOutLocalDelivery(LocalDeliveries deliveries) {
        this.deliveries = deliveries;
    }

    @Override
    public void init() {
        settings = Optional.of(LocalDeliverySettings.read(Parameters.of(getMailetConfig())));
        deliveries.open(getMailetContext());
        open = true;
    }

    @Override
    public Collection<ProcessingState> requiredProcessingState() {
        return settings.flatMap(LocalDeliverySettings::errorProcessor).map(ProcessingState::new).map(List::of).orElse(List.of());
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        LocalDeliverySettings read = settings.orElseThrow(() -> new MessagingException("The mailet was not initialised"));
        deliveries.deliver(mail, read);
        if (read.consume()) {
            mail.setState(Mail.GHOST);
        }
    }

    @Override
    public void destroy() {
        if (open) {
            open = false;
            deliveries.release();
        }
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: local delivery to many mailboxes at a time";
    }
}
