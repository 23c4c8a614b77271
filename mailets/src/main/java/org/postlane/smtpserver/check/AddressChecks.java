// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.postlane.james.Parameters;
import org.postlane.route.dns.MailDns;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.CommandGate;
import org.postlane.smtpserver.EnvelopeLine;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Place;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;

/**
 * Looks at the addresses of MAIL and RCPT, as closely as it is told to:
 *
 * <ul>
 * <li>{@code none}: what James can read.</li>
 * <li>{@code syntax}: {@code 501 5.1.7} or {@code 501 5.1.3} for what is too long (RFC 5321 4.5.3.1), {@code 553} with the same
 * for what is no address by RFC 5321 4.1.2.</li>
 * <li>{@code strict}: {@code 553} also for an IP address in the place of a domain, a quoted local part, and a domain of one label
 * or with other characters than letters, digits and hyphens. The postmaster is spared (RFC 5321 4.5.1).</li>
 * <li>{@code domain}, of senders: {@code 550 5.1.8} also where the domain has neither MX record nor address, {@code 550 5.7.27}
 * where it has a null MX (RFC 7505 4.2), {@code 451 4.4.3} where DNS does not say. Not of those who have logged in, and not of
 * trusted networks.</li>
 * </ul>
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.check.AddressChecks">
 *   <sender>domain</sender>
 *   <recipient>syntax</recipient>
 * </handler>}</pre>
 *
 * <p>Safe for use by several threads.
 */
@Place(Place.Step.CHECK)
public final class AddressChecks implements ConnectHandler<SMTPSession>, ExtensibleHandler, MailHook, RcptHook {
    static final String SENDER = "sender";
    static final String RECIPIENT = "recipient";
    static final String LITERALS = "allowAddressLiterals";
    static final String QUOTED = "allowQuotedLocalParts";

    private static final AttachmentKey<Asked> KEY = AttachmentKey.of("postlane-sender-domain", Asked.class);

    private final Rejections rejections;
    private final MailDns dns;
    private final DomainList domainList;
    private final SessionChannel channels = new SessionChannel();
    private AddressLevel senderLevel;
    private AddressForm senderForm;
    private AddressForm recipientForm;
    private SenderDomain senderDomain;
    private Networks trusted;
    /** Those of the listener. */
    private List<RequireAuth> logins = List.of();

    /** A domain, and what is said of it sooner or later. Immutable. */
    private static final class Asked {
        private final String domain;
        private final CompletableFuture<Optional<Rejection>> answer;

        private Asked(String domain, CompletableFuture<Optional<Rejection>> answer) {
            this.domain = domain;
            this.answer = answer;
        }
    }

    /** For James' injector. */
    @Inject
    public AddressChecks(Rejections rejections, MailDns dns, DomainList domainList) {
        this.rejections = rejections;
        this.dns = dns;
        this.domainList = domainList;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass());
        boolean literals = parameters.flag(LITERALS, false);
        boolean quoted = parameters.flag(QUOTED, false);
        senderLevel = AddressLevel.read(parameters, SENDER, AddressLevel.DOMAIN);
        senderForm = new AddressForm(senderLevel, literals, quoted);
        recipientForm = new AddressForm(AddressLevel.read(parameters, RECIPIENT, AddressLevel.STRICT), literals, quoted);
        senderDomain = new SenderDomain(dns, CheckLimits.dnsTimeout(parameters));
        trusted = senderLevel == AddressLevel.DOMAIN ? rejections.trusted(parameters, Networks.PRIVATE)
            : Networks.read(parameters, Networks.TRUSTED, Networks.PRIVATE);
        parameters.refuseUnknown();
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(RequireAuth.class);
    }

    @Override
    public void wireExtensions(Class<?> marker, List<?> found) {
        logins = found.stream().map(RequireAuth.class::cast).collect(Collectors.toUnmodifiableList());
    }

    @Override
    public Response onConnect(SMTPSession session) {
        if (senderLevel == AddressLevel.DOMAIN) {
            CommandGate.of(session, channels).ifPresent(gate -> gate.add(line -> prepare(session, line), "MAIL"));
        }
        return Silence.RESPONSE;
    }

    private CompletableFuture<?> prepare(SMTPSession session, String line) {
        return EnvelopeLine.of(line, domainList).sender().flatMap(MaybeSender::asOptional)
            .filter(sender -> isAskedAbout(session, sender))
            .<CompletableFuture<?>>map(sender -> ask(session, sender).answer)
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private boolean isAskedAbout(SMTPSession session, MailAddress sender) {
        return senderLevel == AddressLevel.DOMAIN && !Client.isTrusted(session) && !trusted.contains(Client.of(session))
            && logins.stream().noneMatch(login -> login.refuses(session))
            && !AddressForm.isLiteral(sender.getDomain().asString()) && senderProblem(sender).isEmpty();
    }

    private Optional<Rejection> senderProblem(MailAddress sender) {
        return senderForm.check(sender, Rejection.Reason.SENDER_SYNTAX, "5.1.7");
    }

    private Asked ask(SMTPSession session, MailAddress sender) {
        String domain = sender.getDomain().asString();
        return session.getAttachment(KEY, State.Connection).filter(asked -> asked.domain.equals(domain)
            && !asked.answer.isCompletedExceptionally()).orElseGet(() -> {
                Asked asked = new Asked(domain, senderDomain.ask(domain));
                session.setAttachment(KEY, asked, State.Connection);
                return asked;
            });
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        Optional<MailAddress> address = sender.asOptional();
        Optional<Rejection> problem = address.flatMap(this::senderProblem)
            .or(() -> address.filter(present -> isAskedAbout(session, present)).flatMap(present -> {
                Asked asked = ask(session, present);
                // Not known where the gate has read another sender than James.
                return asked.answer.getNow(Optional.of(SenderDomain.unknown(asked.domain)));
            }));
        session.removeAttachment(KEY, State.Connection);
        return problem.map(refusal -> rejections.refuse(session, refusal)).orElse(HookResult.DECLINED);
    }

    @Override
    public HookResult doRcpt(SMTPSession session, MaybeSender sender, MailAddress recipient) {
        return recipientForm.check(recipient, Rejection.Reason.RECIPIENT_SYNTAX, "5.1.3")
            .map(refusal -> rejections.refuse(session, refusal)).orElse(HookResult.DECLINED);
    }
}
