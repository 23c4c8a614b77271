// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.inject.Inject;

import io.netty.channel.Channel;
import org.apache.commons.configuration2.Configuration;
import org.apache.james.mailbox.Authorizator;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerResultHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloCmdHandler;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.smtpserver.UsersRepositoryAuthHook;
import org.postlane.credential.CredentialSettings;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Passwords;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.smtpserver.CommandGate;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;

/**
 * AUTH (RFC 4954) in the place of James' own: SCRAM-SHA-256, SCRAM-SHA-256-PLUS, EXTERNAL and, where it is switched on,
 * CRAM-MD5 beside PLAIN and LOGIN. James' users stay the authority. Stands anywhere in the handler chain of {@code
 * smtpserver.xml}; what {@code <auth>} says of the listener holds, and {@code requireSSL} refuses AUTH without TLS.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.auth.AuthHandler"/>}</pre>
 *
 * <p>Its parameters are in {@code docs/smtp.md}. OAUTHBEARER and XOAUTH2 stay with James' handler. Safe for use by several
 * threads.
 */
public class AuthHandler implements CommandHandler<SMTPSession>, ExtensibleHandler, ConnectHandler<SMTPSession>,
        ProtocolHandlerResultHandler<Response, SMTPSession> {
    private static final String COMPLETED = "250";

    private final JamesFiles files;
    private final CredentialStore store;
    private final Passwords passwords;
    private final Authorizator authorizator;
    private final Clock clock;
    private final SessionChannel channels = new SessionChannel();
    private AuthSettings settings;
    private ClientCertificates certificates;
    private Optional<CertificateRequest> certificateRequest = Optional.empty();
    private Offer offer;
    private List<AuthHook> hooks = List.of();

    /** For James' injector. */
    @Inject
    public AuthHandler(JamesFiles files, CredentialStore store, Passwords passwords, Authorizator authorizator, Clock clock) {
        this.files = files;
        this.store = store;
        this.passwords = passwords;
        this.authorizator = authorizator;
        this.clock = clock;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, AuthHandler.class);
        settings = new AuthSettings(parameters);
        certificates = new ClientCertificates(parameters, files, clock);
        CredentialSettings shared = CredentialSettings.read(parameters);
        parameters.refuseUnknown();
        if (settings.isClientCertificateOptional()) {
            certificateRequest = Optional.of(new CertificateRequest(parameters.where()));
        }
        store.open(parameters.where(), shared);
        if (settings.has(Mechanism.CRAM_MD5)) {
            store.keepCramMd5();
        }
        offer = new Offer(settings);
    }

    @Override
    public Response onConnect(SMTPSession session) {
        // For the pauses of AUTH: it bounds what is read from the client meanwhile.
        var unusedGate = CommandGate.of(session, channels);
        certificateRequest.ifPresent(request -> request.makeOptional(session));
        return Silence.RESPONSE;
    }

    /** Corrects what EHLO announces. */
    @Override
    public Response onResponse(ProtocolSession session, Response response, long executionTime, ProtocolHandler handler) {
        boolean isEhlo = handler instanceof EhloCmdHandler && COMPLETED.equals(response.getRetCode());
        return isEhlo ? Announcement.correct(response, offer.announced((SMTPSession) session)) : response;
    }

    @Override
    public Collection<String> getImplCommands() {
        return Set.of("AUTH");
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(AuthHook.class);
    }

    @Override
    public void wireExtensions(Class<?> marker, List<?> found) {
        hooks = found.stream().map(AuthHook.class::cast).filter(hook -> !(hook instanceof UsersRepositoryAuthHook))
            .collect(Collectors.toUnmodifiableList());
    }

    /** Null leaves the command to James' handler. */
    @Override
    public Response onCommand(SMTPSession session, Request request) {
        Optional<Response> refusal = refuse(session);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        String[] words = Optional.ofNullable(request.getArgument()).orElse("").trim().split(" +");
        if (words[0].isEmpty() || words.length > 2) {
            return AuthReplies.USAGE;
        }
        Optional<Mechanism> mechanism = Mechanism.of(words[0]).filter(known -> offer.has(session, known));
        if (mechanism.isEmpty()) {
            return Offer.isJames(session, words[0].toUpperCase(Locale.US)) ? null : AuthReplies.UNKNOWN_MECHANISM;
        }
        Channel channel = channels.of(session).orElseThrow(() -> new IllegalStateException("Not a session of James' server"));
        CommandGate gate = CommandGate.of(session, channels).orElseThrow();
        return new Conversation(session, LinePause.of(channel, gate), mechanism.get(), exchange(session, mechanism.get()),
            FailedLogins.of(session, settings)).begin(words.length == 1 ? Optional.empty() : Optional.of(words[1]));
    }

    private static Optional<Response> refuse(SMTPSession session) {
        if (session.getUsername() != null) {
            return Optional.of(AuthReplies.ALREADY);
        }
        if (!Offer.isOfferedAtAll(session)) {
            return Optional.of(AuthReplies.NOT_OFFERED);
        }
        if (Offer.needsTls(session)) {
            return Optional.of(AuthReplies.NEEDS_TLS);
        }
        if (session.getAttachment(SMTPSession.CURRENT_HELO_MODE, State.Connection).isEmpty()) {
            return Optional.of(AuthReplies.HELLO_FIRST);
        }
        return session.getAttachment(SMTPSession.SENDER, State.Transaction).map(sender -> AuthReplies.WITHIN_MAIL);
    }

    private Exchange exchange(SMTPSession session, Mechanism mechanism) {
        JamesAuthority authority = new JamesAuthority(session, hooks, passwords, authorizator);
        ScramExchange.Setting scram = new ScramExchange.Setting(store, passwords, authority,
            new ChannelBindings(Offer.tls(session)), offer.has(session, Mechanism.SCRAM_SHA_256_PLUS));
        switch (mechanism) {
            case SCRAM_SHA_256_PLUS:
                return new ScramExchange(scram, true);
            case SCRAM_SHA_256:
                return new ScramExchange(scram, false);
            case EXTERNAL:
                return new ExternalExchange(certificates, ClientCertificates.of(Offer.tls(session)), passwords, authority);
            case PLAIN:
                return new PlainExchange(authority);
            case LOGIN:
                return new LoginExchange(authority);
            case CRAM_MD5:
                return new CramMd5Exchange(store, passwords, session.getConfiguration().getHelloName());
            default:
                throw new IllegalStateException("No exchange for " + mechanism);
        }
    }
}
