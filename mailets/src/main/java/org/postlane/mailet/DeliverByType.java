// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.Mail;
import org.apache.mailet.ProcessingState;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.Parameters;
import org.postlane.lane.Distribution;
import org.postlane.lane.Lane;
import org.postlane.lane.LaneSettings;
import org.postlane.lane.Lanes;
import org.postlane.lane.SpoolReturn;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.RelayDomains;

/**
 * Splits a mail by recipient type and hands each part to its type's lane: a durable queue and threads of its own that run the
 * part through the lane's processor. A lane that is slow, fails or hangs neither delays nor fails another. The mail itself
 * ends here. Recipients without a type in the attribute that {@link ClassifyRecipients} sets are classified on the spot.
 *
 * <p>A part that cannot be handed over within its lane's timeout stays: the mail goes back to the spool with the recipients
 * that remain, and is tried again after 10 s, doubling to 5 min, for 5 days; after that they go to the processor {@code error}.
 * Where the spool does not take it, or ignores delays and had it 12 times, an exception says so, and {@code onMailetException}
 * decides about the recipients that remain.
 *
 * <p>A mail to a single local recipient runs at once where its lane has room and its store is fast, and is in no queue; the spool
 * keeps it meanwhile.
 *
 * <p>A processor that throws is run again after 10 s, doubling to 5 min, for 5 days; then the part goes to the processor
 * {@code error}. An error of the virtual machine is met 5 times. A run that takes longer than the timeout goes on, since to
 * interrupt a delivery under way makes duplicates or false bounces; it lends its place to the next mail.
 *
 * <p>There is one lane of each type in the whole James. A second {@code DeliverByType} may leave its settings out; where it
 * sets them, they must be the same.
 *
 * <table>
 * <caption>Parameters; {@code T} is {@code local}, {@code virtual}, {@code relay}, {@code external} or {@code unknown}, and the
 * defaults stand in that order</caption>
 * <tr><th>name</th><th>unit</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code TProcessor}</td><td>name</td>
 * <td>{@code local-delivery, virtual, relay, external, local-address-error}</td>
 * <td>where the lane's mail goes; a processor that is missing stops the start</td></tr>
 * <tr><td>{@code TConcurrency}</td><td>mails, 1 to 1000</td><td>8, 4, 4, 8, 2</td><td>how many are processed at a time</td></tr>
 * <tr><td>{@code TTimeout}</td><td>time with unit, 100 ms to 20 min</td><td>30 s, 30 s, 60 s, 60 s, 30 s</td>
 * <td>for handing over, and after which a run lends its place</td></tr>
 * <tr><td>{@code TPriority}</td><td>0 (lowest) to 9</td><td>7, 6, 5, 5, 2</td>
 * <td>James' mail priority, for queues that have one</td></tr>
 * <tr><td>{@code localRecipientsInFlight}</td><td>recipients, 1 to 1000</td><td>100</td>
 * <td>how many mailboxes {@link FanOutLocalDelivery} writes at a time, over all mails</td></tr>
 * <tr><td>{@code localMegabytesInFlight}</td><td>MiB, 1 to 1000000</td><td>a sixteenth of the largest heap</td>
 * <td>how much of large mails {@link FanOutLocalDelivery} writes into mailboxes at a time, counting each copy</td></tr>
 * <tr><td>{@code relayDestinationsAtOnce}, {@code externalDestinationsAtOnce}</td><td>destinations, 1 to 1000</td><td>20</td>
 * <td>at how many destinations one mail may be at a time</td></tr>
 * <tr><td>{@code relayDomains}</td><td>domains, comma separated</td><td>those that another mailet declares, else none</td>
 * <td>as in {@link ClassifyRecipients}, and so is {@code relayDomainsFile}</td></tr>
 * </table>
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.DeliverByType">
 *   <localConcurrency>16</localConcurrency>
 *   <externalProcessor>outbound</externalProcessor>
 *   <onMailetException>propagate</onMailetException>
 * </mailet>}</pre>
 */
public class DeliverByType extends GenericMailet {
    private final RecipientClassifier classifier;
    private final RelayDomains relayDomains;
    private final Lanes allLanes;
    private final SpoolReturn spoolReturn;
    private Map<RecipientType, Lane> lanes = new EnumMap<>(RecipientType.class);
    private boolean declared;

    /** For James' injector. */
    @Inject
    public DeliverByType(RecipientClassifier classifier, RelayDomains relayDomains, Lanes lanes, MailQueueFactory<?> queues) {
        this.classifier = classifier;
        this.relayDomains = relayDomains;
        this.allLanes = lanes;
        this.spoolReturn = new SpoolReturn(queues, SpoolReturn.HAND_OVER_RETURNS);
    }

    @Override
    public void init() {
        lanes = allLanes.declare(read(Parameters.of(getMailetConfig()), relayDomains));
        declared = true;
    }

    /** Reads an element, and declares its relay domains; takes nothing else and starts nothing. */
    static List<LaneSettings> read(Parameters parameters, RelayDomains relayDomains) {
        List<LaneSettings> settings = new ArrayList<>();
        for (RecipientType type : RecipientType.values()) {
            settings.add(LaneSettings.read(parameters, type));
        }
        relayDomains.declare(parameters);
        parameters.refuseUnknown();
        return settings;
    }

    @Override
    public Collection<ProcessingState> requiredProcessingState() {
        return lanes.values().stream()
            .map(lane -> new ProcessingState(lane.settings().processor()))
            .distinct()
            .collect(Collectors.toList());
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        try {
            new Distribution(mail, lanes).run(RecipientTypes.of(mail, classifier));
            mail.setState(Mail.GHOST);
        } catch (LookupFailedException e) {
            spoolReturn.giveBack(mail, new MessagingException("Mail " + mail.getName() + " cannot be classified", e));
        } catch (MessagingException e) {
            spoolReturn.giveBack(mail, e);
        }
    }

    @Override
    public void destroy() {
        if (declared) {
            declared = false;
            allLanes.release();
        }
        spoolReturn.close();
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: one lane for each recipient type";
    }
}
