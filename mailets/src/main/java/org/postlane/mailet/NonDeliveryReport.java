// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.mail.MessagingException;

import com.google.common.collect.Lists;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.transport.mailets.remote.delivery.HeloNameProvider;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.Parameters;
import org.postlane.lane.SettledRecipients;
import org.postlane.report.Action;
import org.postlane.report.FailureReason;
import org.postlane.report.FailureReasons;
import org.postlane.report.Notification;
import org.postlane.report.RecipientStatus;
import org.postlane.report.ReportLimits;
import org.postlane.report.ReportMail;
import org.postlane.report.SenderWishes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the sender of a mail in an error processor that its recipients did not get it, in the place of James' {@code Bounce} and
 * {@code DSNBounce}: one delivery status notification (RFC 3464) about all who are in the mail and of whom the sender wants to
 * hear (RFC 3461: NOTIFY, or no NOTIFY at all), with ENVID, ORCPT, and as much of the original as RET says. Nobody is told where
 * the sender is null (RFC 5321 6.1), so that no report is ever about a report.
 *
 * <p>Why a recipient failed is what {@link FanOutLocalDelivery} noted for that recipient; else what a remote server had said;
 * else the mail's error message, where it is not a stack trace; else {@code defaultStatus} and {@code defaultReason}.
 *
 * <p>A report that the spool does not take is an exception: with {@code onMailetException} as {@code propagate} the mail comes
 * again, and those whom a report has named are not named a second time. Safe for use by several threads.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>name</th><th>unit</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code passThrough}</td><td>{@code true}, {@code false}</td><td>{@code true}</td>
 * <td>whether the mail goes on to the next mailet, or ends here</td></tr>
 * <tr><td>{@code defaultStatus}</td><td>enhanced status code of class 4 or 5 (RFC 3463)</td><td>{@code 5.0.0}</td>
 * <td>where the mail has none</td></tr>
 * <tr><td>{@code defaultReason}</td><td>text</td><td>The mail could not be delivered.</td>
 * <td>where the mail has none</td></tr>
 * <tr><td>{@code attachment}</td><td>{@code message}, {@code heads}</td><td>{@code message}</td>
 * <td>what comes back where the sender did not say RET: all, up to 100 KiB, or the header</td></tr>
 * </table>
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.NonDeliveryReport">
 *   <defaultStatus>5.1.1</defaultStatus>
 *   <onMailetException>propagate</onMailetException>
 * </mailet>}</pre>
 */
public class NonDeliveryReport extends GenericMailet {
    static final String PASS_THROUGH = "passThrough";
    static final String DEFAULT_STATUS = "defaultStatus";
    static final String DEFAULT_REASON = "defaultReason";
    static final String ATTACHMENT = "attachment";

    /** RFC 3463 3.1: where nothing is known but that it is for good. */
    private static final String UNKNOWN = "5.0.0";
    private static final String UNKNOWN_REASON = "The mail could not be delivered.";
    private static final String MESSAGE = "message";
    private static final String HEADS = "heads";
    /** Whom the sender of this very mail has been told of. */
    private static final AttributeName REPORTED = AttributeName.of("postlane-failure-reported");

    private static final Logger LOGGER = LoggerFactory.getLogger(NonDeliveryReport.class);

    private final HeloNameProvider server;
    private final Clock clock;
    private FailureReason otherwise = FailureReason.of(UNKNOWN, UNKNOWN_REASON);
    private boolean passThrough;
    private boolean headerOnly;

    /** For James' injector. */
    @Inject
    public NonDeliveryReport(DomainList domains, Clock clock) {
        this.server = new HeloNameProvider(null, domains);
        this.clock = clock;
    }

    @Override
    public void init() {
        Parameters parameters = Parameters.of(getMailetConfig());
        passThrough = parameters.flag(PASS_THROUGH, true);
        String code = "an enhanced status code of class 4 or 5, like 5.1.1";
        String status = parameters.text(DEFAULT_STATUS, code).orElse(UNKNOWN);
        if (!status.matches("[45]\\.\\d{1,3}\\.\\d{1,3}")) {
            throw parameters.error(DEFAULT_STATUS, code);
        }
        otherwise = FailureReason.of(status, parameters.text(DEFAULT_REASON, "words for the sender").orElse(UNKNOWN_REASON));
        String attachment = parameters.text(ATTACHMENT, MESSAGE + " or " + HEADS).orElse(MESSAGE);
        if (!List.of(MESSAGE, HEADS).contains(attachment)) {
            throw parameters.error(ATTACHMENT, MESSAGE + " or " + HEADS);
        }
        headerOnly = attachment.equals(HEADS);
        parameters.refuseUnknown();
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        if (mail.getMaybeSender().isNullSender()) {
            LOGGER.warn("{} could not be delivered to {} recipients and has no sender to tell; the first of them is {}",
                mail.getName(), mail.getRecipients().size(),
                mail.getRecipients().stream().findFirst().map(MailAddress::asString).orElse("-"));
        } else {
            report(mail);
        }
        if (!passThrough) {
            mail.setState(Mail.GHOST);
        }
    }

    private void report(Mail mail) throws MessagingException {
        SenderWishes said = SenderWishes.of(mail);
        SenderWishes wishes = headerOnly ? said.orHeaderOnly() : said;
        FailureReasons reasons = FailureReasons.of(mail, otherwise);
        Set<String> reported = SettledRecipients.of(mail, REPORTED);
        List<MailAddress> about = new LinkedHashSet<>(mail.getRecipients()).stream()
            .filter(recipient -> wishes.wants(Action.FAILED, recipient))
            .filter(recipient -> !reported.contains(SettledRecipients.key(recipient)))
            .collect(Collectors.toList());
        for (List<MailAddress> some : Lists.partition(about, ReportLimits.RECIPIENTS)) {
            send(mail, wishes, reasons, some, reported.size());
            SettledRecipients.add(mail, REPORTED, some);
            some.forEach(recipient -> reported.add(SettledRecipients.key(recipient)));
        }
    }

    private void send(Mail mail, SenderWishes wishes, FailureReasons reasons, List<MailAddress> recipients, int before)
            throws MessagingException {
        Instant now = clock.instant();
        List<RecipientStatus> statuses = recipients.stream()
            .map(recipient -> RecipientStatus.failed(recipient, reasons).original(wishes.originalOf(recipient)).lastAttempt(now)
                .build())
            .collect(Collectors.toList());
        Notification notification = new Notification(server.getHeloName(), getMailetContext().getPostmaster(),
            mail.getMaybeSender().get(), wishes, ReportMail.arrivalOf(mail, now), statuses);
        try {
            String name = ReportMail.name(mail.getName(), "-report" + (before == 0 ? "" : "-" + before));
            ReportMail.send(getMailetContext(), ReportMail.of(name, notification, mail, now));
        } catch (IOException e) {
            throw new MessagingException("The report about mail " + mail.getName() + " cannot be made", e);
        }
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: delivery status notifications for mail in error processors";
    }
}
