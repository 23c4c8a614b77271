// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.mailet.Mail;
import org.postlane.james.Parameters;
import org.postlane.james.ServerStarted;
import org.postlane.recipient.Classification;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.SenderIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers MAIL and RCPT by what the directory says of sender and recipient. Stands in {@code smtpserver.xml} in the place of
 * James' {@code ValidRcptHandler}, behind every other handler that looks at MAIL or RCPT: what it accepts is accepted, and hooks
 * behind it are not asked.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.RecipientTypeRcptHook">
 *   <maxRecipients>1000</maxRecipients>
 * </handler>}</pre>
 *
 * <ul>
 * <li><em>local, virtual</em>: accepted; a mapping of an address in a foreign domain only from those who may relay.</li>
 * <li><em>unknown</em>: {@code 550 5.1.1}, or what the address' {@code error:} mapping says.</li>
 * <li><em>relay</em>: accepted from everyone.</li>
 * <li><em>external</em>: accepted where the session may relay (by address or by AUTH); otherwise {@code 530 5.7.0} where AUTH
 * is offered and was not done (RFC 4954 6), else {@code 550 5.7.1}.</li>
 * <li>A recipient that the mail has already: {@code 250}, and one copy. One beyond {@code maxRecipients} (1000 unless set, at
 * most 1000000): {@code 452 4.5.3}.</li>
 * <li>Where {@code verifyIdentity} is set, a sender that does not belong to the user: {@code 550 5.7.1} (see
 * {@link SenderIdentity}); one that needs a login: {@code 530 5.7.0}.</li>
 * <li>Where the directory cannot answer: {@code 451 4.3.0}.</li>
 * <li>While James is still starting, whatever is neither local nor virtual: {@code 451 4.3.2}, because a domain may not yet
 * be known as a relay domain.</li>
 * </ul>
 *
 * <p>The directory is asked on threads of its own, and the session's lines wait meanwhile (see {@link CommandGate}); the thread
 * of the session never does. The types are set on the mail (see {@link RecipientTypes}). Safe for use by several threads.
 */
@Place(Place.Step.DECISION)
public class RecipientTypeRcptHook implements ConnectHandler<SMTPSession>, MailHook, RcptHook, JamesMessageHook {
    static final String MAX_RECIPIENTS = "maxRecipients";
    /** RFC 5321 4.5.3.1.8 asks for 100 at least; what mail systems allow as they come. */
    static final int DEFAULT_MAX_RECIPIENTS = 1_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(RecipientTypeRcptHook.class);
    @SuppressWarnings("unchecked")
    private static final AttachmentKey<Map<MailAddress, RecipientType>> TYPES =
        AttachmentKey.of("postlane-recipient-types", (Class<Map<MailAddress, RecipientType>>) (Object) Map.class);

    private final SessionLookups.Shared lookups;
    private final DomainList domainList;
    private final ServerStarted serverStarted;
    private final SessionChannel channels = new SessionChannel();
    private int maxRecipients = DEFAULT_MAX_RECIPIENTS;

    /** For James' injector. */
    @Inject
    public RecipientTypeRcptHook(RecipientClassifier classifier, ServerStarted serverStarted, SenderIdentity senderIdentity,
            DomainList domainList) {
        this.lookups = new SessionLookups.Shared(classifier, senderIdentity, this::defaultDomain);
        this.serverStarted = serverStarted;
        this.domainList = domainList;
    }

    /** As James' own handlers have it. */
    private String defaultDomain() {
        try {
            return domainList.getDefaultDomain().name();
        } catch (DomainListException e) {
            return "localhost";
        }
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, RecipientTypeRcptHook.class);
        maxRecipients = parameters.wholeNumber(MAX_RECIPIENTS, DEFAULT_MAX_RECIPIENTS, 1, 1_000_000);
        parameters.refuseUnknown();
    }

    @Override
    public Response onConnect(SMTPSession session) {
        Optional<CommandGate> gate = CommandGate.of(session, channels);
        SessionLookups sessionLookups = lookups(session, gate.isPresent());
        gate.ifPresent(present -> present.add(sessionLookups, "MAIL", "RCPT"));
        return Silence.RESPONSE;
    }

    private SessionLookups lookups(SMTPSession session, boolean gated) {
        return SessionLookups.of(session).orElseGet(() -> new SessionLookups(session, lookups,
            recipient -> RcptReplies.isRoomFor(accepted(session), recipient, maxRecipients), gated));
    }

    private static Map<MailAddress, RecipientType> accepted(SMTPSession session) {
        return session.getAttachment(TYPES, State.Transaction).orElseGet(Map::of);
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        return refuseSender(session, sender).orElse(HookResult.OK);
    }

    private Optional<HookResult> refuseSender(SMTPSession session, MaybeSender sender) {
        try {
            SenderIdentity.Verdict verdict = lookups(session, false).verify(sender);
            if (verdict != SenderIdentity.Verdict.ACCEPTED) {
                LOGGER.info("Sender {} is refused to {}: {}", sender.asString(), session.getUsername(), verdict);
            }
            return RcptReplies.toSender(sender, verdict);
        } catch (LookupFailedException e) {
            LOGGER.error("Sender {} is deferred, because the directory could not answer", sender.asString(), e);
            return Optional.of(RcptReplies.lookupFailed(sender.asString()));
        }
    }

    @Override
    public HookResult doRcpt(SMTPSession session, MaybeSender sender, MailAddress recipient) {
        Map<MailAddress, RecipientType> accepted = accepted(session);
        if (accepted.containsKey(recipient)) {
            return RcptReplies.hasItAlready(recipient);
        }
        if (!RcptReplies.isRoomFor(accepted, recipient, maxRecipients)) {
            LOGGER.info("Recipient {} is refused: the mail has {} already", recipient.asString(), accepted.size());
            return RcptReplies.tooMany(maxRecipients);
        }
        try {
            Classification classification = lookups(session, false).classify(recipient);
            HookResult result = decide(session, sender, recipient, classification);
            if (result.equals(HookResult.OK)) {
                remember(session, recipient, classification.type());
            }
            return result;
        } catch (LookupFailedException e) {
            LOGGER.error("Recipient {} is deferred, because the directory could not answer", recipient.asString(), e);
            return RcptReplies.lookupFailed(recipient.asString());
        }
    }

    private HookResult decide(SMTPSession session, MaybeSender sender, MailAddress recipient, Classification classification) {
        RecipientType type = classification.type();
        boolean isHere = type == RecipientType.LOCAL || type == RecipientType.VIRTUAL;
        if (!serverStarted.isStarted() && !(isHere && classification.isOpenToAll())) {
            return RcptReplies.stillStarting(recipient);
        }
        if (type == RecipientType.UNKNOWN) {
            LOGGER.info("Recipient {} is refused as {}", recipient.asString(), classification);
            return RcptReplies.unknown(recipient, classification.refusal());
        }
        if (!classification.isOpenToAll() && !session.isRelayingAllowed()) {
            LOGGER.info("Recipient {} is refused: the session may not relay", recipient.asString());
            return RcptReplies.mayNotRelay(recipient, session.isAuthAnnounced() && session.getUsername() == null);
        }
        return refuseSender(session, sender).orElse(HookResult.OK);
    }

    private static void remember(SMTPSession session, MailAddress recipient, RecipientType type) {
        Map<MailAddress, RecipientType> types = session.getAttachment(TYPES, State.Transaction).orElseGet(HashMap::new);
        types.put(recipient, type);
        session.setAttachment(TYPES, types, State.Transaction);
        if (session.getRcptCount() == 0) {
            // James adds the recipient to this list.
            session.setAttachment(SMTPSession.RCPT_LIST, new RecipientList(), State.Transaction);
        }
    }

    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        session.getAttachment(TYPES, State.Transaction).ifPresent(types -> {
            Map<MailAddress, RecipientType> accepted = new HashMap<>(types);
            accepted.keySet().retainAll(new HashSet<>(mail.getRecipients()));
            RecipientTypes.set(mail, accepted);
        });
        return HookResult.DECLINED;
    }
}
