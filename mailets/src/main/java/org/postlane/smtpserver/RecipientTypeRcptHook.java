// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.HashMap;
import java.util.Map;
import javax.inject.Inject;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.james.smtpserver.SenderAuthIdentifyVerificationHook;
import org.apache.mailet.Mail;
import org.postlane.james.ServerStarted;
import org.postlane.recipient.Classification;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.MappingMode;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.RelayDomains;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides at RCPT by the recipient's type. Stands in {@code smtpserver.xml} in the place of James' {@code ValidRcptHandler},
 * behind every other handler that looks at RCPT (see <em>relay</em>):
 *
 * <pre>{@code <handler class="org.postlane.smtpserver.RecipientTypeRcptHook"/>}</pre>
 *
 * <ul>
 * <li><em>local, virtual</em>: goes on to the next hook. James' own relay hook is behind it, so that a mapping of an address
 * in a foreign domain opens nothing.</li>
 * <li><em>unknown</em>: {@code 550 5.1.1}, or what the address' {@code error:} mapping says.</li>
 * <li><em>relay</em>: accepted from everyone. James' relay hook knows only local domains and would refuse it, hence the hooks
 * behind this one are skipped; of James' own, the one that compares sender and login is asked here.</li>
 * <li><em>external</em>: goes on where the session may relay (by address or by AUTH); otherwise {@code 530 5.7.0} where AUTH
 * is offered and was not done (RFC 4954 6), else {@code 550 5.7.1}.</li>
 * <li>where the directory cannot answer: {@code 451 4.3.0}.</li>
 * <li>while James is still starting, whatever is neither local nor virtual: {@code 451 4.3.2}, because a domain may not yet
 * be known as a relay domain.</li>
 * </ul>
 *
 * <p>The types are set on the mail (see {@link RecipientTypes}). No parameters. Safe for use by several threads; asks the
 * directory on the thread of the session, as {@code ValidRcptHandler} does.
 */
public class RecipientTypeRcptHook implements RcptHook, JamesMessageHook {
    private static final Logger LOGGER = LoggerFactory.getLogger(RecipientTypeRcptHook.class);
    @SuppressWarnings("unchecked")
    private static final AttachmentKey<Map<MailAddress, RecipientType>> TYPES =
        AttachmentKey.of("postlane-recipient-types", (Class<Map<MailAddress, RecipientType>>) (Object) Map.class);

    private final RecipientClassifier classifier;
    private final RelayDomains relayDomains;
    private final ServerStarted serverStarted;
    private final SenderAuthIdentifyVerificationHook senderIdentity;

    /** For James' injector. */
    @Inject
    public RecipientTypeRcptHook(RecipientClassifier classifier, RelayDomains relayDomains, ServerStarted serverStarted,
            SenderAuthIdentifyVerificationHook senderIdentity) {
        this.classifier = classifier;
        this.relayDomains = relayDomains;
        this.serverStarted = serverStarted;
        this.senderIdentity = senderIdentity;
    }

    @Override
    public HookResult doRcpt(SMTPSession session, MaybeSender sender, MailAddress recipient) {
        try {
            Classification classification = classifier.classify(recipient, MappingMode.FOLLOW);
            remember(session, recipient, classification.type());
            return decide(session, sender, recipient, classification);
        } catch (LookupFailedException e) {
            LOGGER.error("Recipient {} is deferred, because the directory could not answer", recipient.asString(), e);
            return defer("4.3.0 Temporary lookup failure for " + recipient.asString());
        }
    }

    private HookResult decide(SMTPSession session, MaybeSender sender, MailAddress recipient, Classification classification) {
        RecipientType type = classification.type();
        boolean mayBeRelay = type == RecipientType.VIRTUAL && relayDomains.contains(recipient.getDomain());
        if (!mayBeRelay && (type == RecipientType.LOCAL || type == RecipientType.VIRTUAL)) {
            return HookResult.DECLINED;
        }
        if (!serverStarted.isStarted()) {
            return defer("4.3.2 Still starting, cannot take mail for " + recipient.asString() + " yet");
        }
        if (type == RecipientType.UNKNOWN) {
            return refuse(recipient, classification);
        }
        if (session.isRelayingAllowed()) {
            return HookResult.DECLINED;
        }
        if (type == RecipientType.RELAY || mayBeRelay) {
            return acceptForRelay(session, sender, recipient);
        }
        return refuseRelaying(session, recipient);
    }

    private static HookResult refuse(MailAddress recipient, Classification classification) {
        LOGGER.info("Recipient {} is refused as {}", recipient.asString(), classification);
        return classification.refusal()
            .map(refusal -> result(refusal.isTemporary() ? HookReturnCode.denySoft() : HookReturnCode.deny(),
                refusal.replyCode(), refusal.enhancedCode() + " " + refusal.text()))
            .orElseGet(() -> result(HookReturnCode.deny(), "550", "5.1.1 Unknown user: " + recipient.asString()));
    }

    private HookResult acceptForRelay(SMTPSession session, MaybeSender sender, MailAddress recipient) {
        HookResult identity = senderIdentity.doRcpt(session, sender, recipient);
        return identity.equals(HookResult.DECLINED) ? HookResult.OK : identity;
    }

    private static HookResult refuseRelaying(SMTPSession session, MailAddress recipient) {
        LOGGER.info("Recipient {} is refused: the session may not relay", recipient.asString());
        return session.isAuthAnnounced() && session.getUsername() == null
            ? result(HookReturnCode.deny(), "530", "5.7.0 Authentication required to send to " + recipient.asString())
            : result(HookReturnCode.deny(), "550", "5.7.1 Relaying denied: " + recipient.asString());
    }

    private static HookResult defer(String description) {
        return result(HookReturnCode.denySoft(), "451", description);
    }

    private static HookResult result(HookReturnCode code, String replyCode, String description) {
        return HookResult.builder().hookReturnCode(code).smtpReturnCode(replyCode).smtpDescription(description).build();
    }

    private static void remember(SMTPSession session, MailAddress recipient, RecipientType type) {
        Map<MailAddress, RecipientType> types = session.getAttachment(TYPES, State.Transaction).orElseGet(HashMap::new);
        types.put(recipient, type);
        session.setAttachment(TYPES, types, State.Transaction);
    }

    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        session.getAttachment(TYPES, State.Transaction).ifPresent(types -> {
            Map<MailAddress, RecipientType> accepted = new HashMap<>(types);
            accepted.keySet().retainAll(mail.getRecipients());
            RecipientTypes.set(mail, accepted);
        });
        return HookResult.DECLINED;
    }
}
