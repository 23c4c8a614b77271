// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.mail.internet.AddressException;

import com.google.common.collect.ImmutableMap;
import org.apache.commons.configuration2.Configuration;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HeloHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailParametersHook;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.EnvId;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.DsnParameters.Ret;
import org.apache.mailet.DsnParameters.XText;
import org.apache.mailet.Mail;
import org.postlane.smtpserver.HandlerParameters;

/**
 * Takes what a sender says about reports (RFC 3461): RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT. They travel with the
 * mail, where James' mailets and ours look for them. A value that does not fit is answered {@code 501 5.5.4}. EHLO announces DSN.
 *
 * <p>Stands in the place of James' four hooks of the package {@code dsn}, which take some such values for good, answer others
 * with 451, and fail at the end of the message where a recipient was named twice. In front of every hook that accepts
 * recipients. Safe for use by several threads.
 */
public class DeliveryReportRequests implements CommandHandler<SMTPSession>, HeloHook, MailParametersHook, RcptHook,
        JamesMessageHook {
    /** RFC 3461 4.4. */
    private static final int MAX_ENVID = 100;
    /** RFC 3461 4.2. */
    private static final int MAX_ORCPT = 500;
    private static final String RFC822 = "rfc822";
    /** The name that James' reports have for it. */
    private static final AttributeName ARRIVAL = AttributeName.of("dsn-arrival-date");

    private static final AttachmentKey<Ret> RET = AttachmentKey.of("postlane-dsn-ret", Ret.class);
    private static final AttachmentKey<EnvId> ENVID = AttachmentKey.of("postlane-dsn-envid", EnvId.class);
    @SuppressWarnings("unchecked")
    private static final AttachmentKey<Map<MailAddress, RecipientDsnParameters>> RECIPIENTS = AttachmentKey.of(
        "postlane-dsn-recipients", (Class<Map<MailAddress, RecipientDsnParameters>>) (Object) Map.class);

    @Override
    public void init(Configuration config) {
        HandlerParameters.of(config, getClass()).refuseUnknown();
    }

    @Override
    public Set<String> implementedEsmtpFeatures(SMTPSession session) {
        return Set.of("DSN");
    }

    @Override
    public HookResult doHelo(SMTPSession session, String helo) {
        return HookResult.DECLINED;
    }

    @Override
    public Collection<String> getImplCommands() {
        return Set.of("MAIL");
    }

    /** A MAIL that was refused has left its wishes behind. Null, for MAIL is James' to answer. */
    @Override
    public Response onCommand(SMTPSession session, Request request) {
        if (session.getAttachment(SMTPSession.SENDER, State.Transaction).isEmpty()) {
            session.removeAttachment(RET, State.Transaction);
            session.removeAttachment(ENVID, State.Transaction);
        }
        return null;
    }

    @Override
    public String[] getMailParamNames() {
        return new String[] {DsnParameters.RET_PARAMETER, DsnParameters.ENVID_PARAMETER};
    }

    @Override
    public HookResult doMailParameter(SMTPSession session, String name, String value) {
        if (name.equals(DsnParameters.RET_PARAMETER)) {
            Optional<Ret> ret = Ret.parse(value);
            ret.ifPresent(found -> session.setAttachment(RET, found, State.Transaction));
            return ret.isPresent() ? HookResult.DECLINED : bad("RET is FULL or HDRS");
        }
        if (value.isEmpty() || value.length() > MAX_ENVID || !XText.isValid(value)) {
            return bad("ENVID is xtext of at most " + MAX_ENVID + " characters");
        }
        session.setAttachment(ENVID, EnvId.of(value), State.Transaction);
        return HookResult.DECLINED;
    }

    @Override
    public Set<String> supportedParameters() {
        return Set.of(DsnParameters.NOTIFY_PARAMETER, DsnParameters.ORCPT_PARAMETER);
    }

    @Override
    public HookResult doRcpt(SMTPSession session, MaybeSender sender, MailAddress recipient, Map<String, String> parameters) {
        Optional<String> notify = Optional.ofNullable(parameters.get(DsnParameters.NOTIFY_PARAMETER));
        Optional<String> orcpt = Optional.ofNullable(parameters.get(DsnParameters.ORCPT_PARAMETER));
        Optional<EnumSet<Notify>> wish = notify.flatMap(DeliveryReportRequests::readNotify);
        if (notify.isPresent() && wish.isEmpty()) {
            return bad("NOTIFY is NEVER, or a list of SUCCESS, FAILURE and DELAY");
        }
        if (orcpt.isPresent() && !isOriginalRecipient(orcpt.get())) {
            return bad("ORCPT is an address type, a semicolon and xtext, of at most " + MAX_ORCPT + " characters");
        }
        if (!hasRecipient(session, recipient)) {
            Map<MailAddress, RecipientDsnParameters> all = session.getAttachment(RECIPIENTS, State.Transaction)
                .orElseGet(HashMap::new);
            all.remove(recipient);
            RecipientDsnParameters.of(wish, orcpt.flatMap(DeliveryReportRequests::mailbox))
                .ifPresent(found -> all.put(recipient, found));
            session.setAttachment(RECIPIENTS, all, State.Transaction);
        }
        return HookResult.DECLINED;
    }

    /** Who is named twice gets one copy, and the first wish for it counts. */
    private static boolean hasRecipient(SMTPSession session, MailAddress recipient) {
        Map<MailAddress, RecipientDsnParameters> all = session.getAttachment(RECIPIENTS, State.Transaction).orElseGet(Map::of);
        // The list is searched only where the map cannot tell: a mail may have many recipients.
        return all.containsKey(recipient)
            && session.getAttachment(SMTPSession.RCPT_LIST, State.Transaction).orElseGet(List::of).contains(recipient);
    }

    private static Optional<EnumSet<Notify>> readNotify(String value) {
        EnumSet<Notify> wishes = EnumSet.noneOf(Notify.class);
        for (String word : value.split(",", -1)) {
            Optional<Notify> wish = Notify.parseValue(word);
            if (wish.isEmpty()) {
                return Optional.empty();
            }
            wishes.add(wish.get());
        }
        return wishes.contains(Notify.NEVER) && wishes.size() > 1 ? Optional.empty() : Optional.of(wishes);
    }

    private static boolean isOriginalRecipient(String value) {
        int semicolon = value.indexOf(';');
        if (semicolon < 1 || semicolon == value.length() - 1 || value.length() > MAX_ORCPT) {
            return false;
        }
        boolean isMailbox = value.substring(0, semicolon).toLowerCase(Locale.US).equals(RFC822);
        return XText.isValid(value.substring(semicolon + 1)) && (!isMailbox || mailbox(value).isPresent());
    }

    /** Encoded as it stands, which is how James keeps it; empty for addresses of another type, which James cannot keep. */
    private static Optional<MailAddress> mailbox(String value) {
        int semicolon = value.indexOf(';');
        if (!value.substring(0, semicolon).toLowerCase(Locale.US).equals(RFC822)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new MailAddress(value.substring(semicolon + 1)));
        } catch (AddressException e) {
            return Optional.empty();
        }
    }

    private static HookResult bad(String expected) {
        return Answer.refusal("501", "5.5.4", expected);
    }

    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        Map<MailAddress, RecipientDsnParameters> wishes =
            new HashMap<>(session.getAttachment(RECIPIENTS, State.Transaction).orElseGet(Map::of));
        wishes.keySet().retainAll(Set.copyOf(mail.getRecipients()));
        DsnParameters.of(session.getAttachment(ENVID, State.Transaction), session.getAttachment(RET, State.Transaction),
            ImmutableMap.copyOf(wishes)).ifPresent(mail::setDsnParameters);
        mail.setAttribute(new Attribute(ARRIVAL, AttributeValue.of(ZonedDateTime.now(ZoneOffset.UTC))));
        return HookResult.DECLINED;
    }
}
