// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.postlane.james.Parameters;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Place;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;

/**
 * Bounds the messages in an hour, from each client and from each user who has logged in: {@code 450 4.7.1} at MAIL beyond it.
 * Stands behind the handlers that look at client and sender, and before {@code RecipientTypeRcptHook}.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.limit.MessageLimits">
 *   <messagesPerHourPerUser>500</messagesPerHourPerUser>
 * </handler>}</pre>
 *
 * <p>Each MAIL that comes to this handler and is within the limits counts, whatever becomes of the message: a client is refused
 * before it sends anything, and cannot open more messages than it may send. One that is refused here does not count. Clients are
 * counted by each listener, users over all of them ({@link UserMessages}). Safe for use by several threads.
 */
@Place(Place.Step.COUNT)
public final class MessageLimits implements MailHook {
    static final String PER_ADDRESS = "messagesPerHourPerAddress";
    static final String PER_USER = "messagesPerHourPerUser";

    private final Rejections rejections;
    private final UserMessages users;
    private MessageRate perUser;
    private MessageRate perAddress;
    private int ipv6Prefix;
    private Networks trusted;

    /** For James' injector. */
    @Inject
    public MessageLimits(Rejections rejections, UserMessages users) {
        this.rejections = rejections;
        this.users = users;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass());
        perUser = users.declare(parameters, PER_USER);
        perAddress = new MessageRate(parameters.wholeNumber(PER_ADDRESS, Limits.MESSAGES_PER_HOUR, 0, Limits.MOST));
        ipv6Prefix = Client.ipv6Prefix(parameters);
        trusted = rejections.trusted(parameters, Networks.LOOPBACK);
        parameters.refuseUnknown();
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        String user = session.getUsername() == null ? "" : session.getUsername().asString();
        if (!user.isEmpty() && !perUser.take(user)) {
            return rejections.refuse(session, Rejection.of(Rejection.Reason.TOO_MANY_MESSAGES_PER_USER, "450",
                "4.7.1 Too many messages from " + user + " within an hour, try again later"));
        }
        String network = Client.network(Client.of(session), ipv6Prefix);
        if (!trusted.contains(Client.of(session)) && !perAddress.take(network)) {
            if (!user.isEmpty()) {
                perUser.giveBack(user);
            }
            return rejections.refuse(session, Rejection.of(Rejection.Reason.TOO_MANY_MESSAGES_PER_ADDRESS, "450",
                "4.7.1 Too many messages from " + network + " within an hour, try again later"));
        }
        return HookResult.DECLINED;
    }
}
