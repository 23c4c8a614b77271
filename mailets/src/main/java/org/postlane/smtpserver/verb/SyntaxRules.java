// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.math.BigInteger;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.StartTlsResponse;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerResultHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailParametersHook;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.protocols.smtp.hook.UnknownHook;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;

/**
 * Answers commands that James would take, or would refuse with another code than RFC 5321 has for them:
 *
 * <ul>
 * <li>{@code 555}: a parameter of MAIL or RCPT that nobody here knows. {@code 501}: one that is malformed, or there twice.</li>
 * <li>{@code 503}: MAIL within a transaction, which then goes on; to James it has no sender any more, and the recipients it
 * had would get the next mail.</li>
 * <li>{@code 503}: DATA without a sender or a recipient.</li>
 * <li>{@code 501}: arguments of DATA, RSET, STARTTLS and QUIT; a name in EHLO or HELO that is too long; control
 * characters.</li>
 * <li>{@code 503}: STARTTLS within TLS, or behind a login.</li>
 * <li>{@code 552}: a declared size beyond what James can count. {@code 553}: an address that is not ASCII.</li>
 * <li>{@code 500}: an unknown command of any length, in a reply that is not as long.</li>
 * </ul>
 *
 * <p>Whatever is in order goes to James. A MAIL begins with nothing that an earlier one has left behind, and TLS with nothing
 * that was said in front of it, not even EHLO: plain text behind a STARTTLS that is granted ends the connection (RFC 3207 4.2).
 * James' own look for that is switched off. It ends sessions for a STARTTLS with an argument, or behind another command, and
 * sees nothing behind a DATA. Safe for use by several threads.
 */
public class SyntaxRules implements ConnectHandler<SMTPSession>, CommandHandler<SMTPSession>, ExtensibleHandler, UnknownHook,
        ProtocolHandlerResultHandler<Response, SMTPSession> {
    /** RFC 5321 4.5.3.1.2. */
    private static final int MAX_DOMAIN = 255;
    /** James repeats an unknown command in its reply; RFC 5321 4.5.3.1.5 allows 512 octets for that. */
    private static final int MAX_ECHO = 64;
    /** RFC 6152 2: announced by EHLO, though no hook of James names it. */
    private static final String BODY = "BODY";
    private static final Set<String> BODY_VALUES = Set.of("7BIT", "8BITMIME");
    /** RFC 4954 5: James knows it on every listener. */
    private static final String AUTH = "AUTH";
    private static final String SIZE = "SIZE";
    private static final String STARTTLS = "STARTTLS";
    /** RFC 1870 3. */
    private static final int MAX_SIZE_DIGITS = 20;
    /** More digits than this may be more than James' {@code int} holds. */
    private static final long MAX_COUNTED = Integer.MAX_VALUE;

    private final SessionChannel channels = new SessionChannel();
    private final Set<String> mailParameters = new HashSet<>(Set.of(BODY));
    private final Set<String> rcptParameters = new HashSet<>();

    @Override
    public void init(Configuration config) {
        HandlerParameters.of(config, getClass()).refuseUnknown();
    }

    @Override
    public Response onConnect(SMTPSession session) {
        session.stopDetectingCommandInjection();
        return Silence.RESPONSE;
    }

    @Override
    public Collection<String> getImplCommands() {
        return List.of("EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "QUIT", STARTTLS);
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(MailParametersHook.class, RcptHook.class);
    }

    @Override
    public void wireExtensions(Class<?> interfaceName, List<?> extension) {
        for (Object hook : extension) {
            if (interfaceName.equals(MailParametersHook.class)) {
                mailParameters.addAll(List.of(((MailParametersHook) hook).getMailParamNames()));
            } else {
                rcptParameters.addAll(((RcptHook) hook).supportedParameters());
            }
        }
    }

    /** The refusal; null for what is James' to answer. */
    @Override
    public Response onCommand(SMTPSession session, Request request) {
        return refuse(session, request.getCommand(), Optional.ofNullable(request.getArgument()).orElse("")).orElse(null);
    }

    @Override
    public Response onResponse(ProtocolSession session, Response response, long executionTime, ProtocolHandler handler) {
        if (response instanceof StartTlsResponse) {
            channels.of(session).ifPresent(StartOfTls::expect);
            // James forgets the mail by itself.
            session.removeAttachment(SMTPSession.CURRENT_HELO_MODE, State.Connection);
            session.removeAttachment(SMTPSession.CURRENT_HELO_NAME, State.Connection);
        }
        return response;
    }

    private Optional<Response> refuse(SMTPSession session, String verb, String argument) {
        if (argument.chars().anyMatch(letter -> letter < ' ' || letter == 127)) {
            return Optional.of(Answer.of("501", "5.5.2", "No control characters in commands"));
        }
        switch (verb) {
            case "EHLO":
            case "HELO":
                return argument.length() > MAX_DOMAIN
                    ? Optional.of(Answer.of("501", "5.5.4", "A domain has at most " + MAX_DOMAIN + " octets")) : Optional.empty();
            case "MAIL":
                return mail(session, argument);
            case "RCPT":
                return rcpt(session, argument);
            case STARTTLS:
                return session.isStartTLSSupported() ? startTls(session, argument) : Optional.empty();
            default:
                return noArgument(verb, argument).or(() -> verb.equals("DATA") ? data(session) : Optional.empty());
        }
    }

    private static Optional<Response> noArgument(String verb, String argument) {
        return argument.isBlank() ? Optional.empty() : Optional.of(Answer.of("501", "5.5.4", verb + " takes no argument"));
    }

    private static Optional<Response> startTls(SMTPSession session, String argument) {
        return noArgument(STARTTLS, argument).or(() -> session.isTLSStarted()
            ? Optional.of(Answer.of("503", "5.5.1", "TLS is on already"))
            : Optional.ofNullable(session.getUsername()).map(user -> Answer.of("503", "5.5.1", "TLS begins before a login")));
    }

    private static Optional<Response> data(SMTPSession session) {
        boolean hasMail = session.getAttachment(SMTPSession.SENDER, State.Transaction).isPresent();
        return hasMail && session.getAttachment(SMTPSession.RCPT_LIST, State.Transaction).isPresent() ? Optional.empty()
            : Optional.of(Answer.of("503", "5.5.1", hasMail ? "RCPT first" : "MAIL first"));
    }

    private Optional<Response> mail(SMTPSession session, String argument) {
        if (session.getAttachment(SMTPSession.SENDER, State.Transaction).isPresent()) {
            return Optional.of(Answer.of("503", "5.5.1", "A mail has begun already; RSET forgets it"));
        }
        if (!isGreeted(session)) {
            return Optional.empty();
        }
        session.resetState();
        EsmtpParameters parameters = EsmtpParameters.ofMail(argument);
        Set<String> known = new HashSet<>(mailParameters);
        if (session.getUsername() == null && !session.isAuthAnnounced()) {
            known.remove(AUTH);
        }
        return notAscii(argument)
            .or(() -> malformed(parameters, known))
            .or(() -> badBody(parameters))
            .or(() -> badSize(parameters, session.getConfiguration().getMaxMessageSize()));
    }

    private static boolean isGreeted(SMTPSession session) {
        return !session.getConfiguration().useHeloEhloEnforcement()
            || session.getAttachment(SMTPSession.CURRENT_HELO_MODE, State.Connection).isPresent();
    }

    private Optional<Response> rcpt(SMTPSession session, String argument) {
        if (session.getAttachment(SMTPSession.SENDER, State.Transaction).isEmpty()) {
            return Optional.empty();
        }
        EsmtpParameters parameters = EsmtpParameters.ofRcpt(argument);
        return notAscii(argument)
            .or(() -> malformed(parameters, rcptParameters))
            .or(() -> parameters.values().entrySet().stream().filter(entry -> entry.getValue().isEmpty()).findFirst()
                .map(entry -> Answer.of("501", "5.5.4", entry.getKey() + " needs a value")));
    }

    /** RFC 6531 3.2: SMTPUTF8 is not offered. */
    private static Optional<Response> notAscii(String argument) {
        return argument.chars().allMatch(letter -> letter < 128) ? Optional.empty()
            : Optional.of(Answer.of("553", "5.6.7", "Addresses have to be ASCII: SMTPUTF8 is not offered"));
    }

    /** RFC 5321 4.1.1.11. */
    private static Optional<Response> malformed(EsmtpParameters parameters, Set<String> known) {
        if (!parameters.areWellFormed()) {
            return Optional.of(Answer.of("501", "5.5.4", "Malformed parameters, or one of them twice"));
        }
        return parameters.values().keySet().stream().filter(keyword -> !known.contains(keyword)).findFirst()
            .map(keyword -> Answer.of("555", "5.5.4", "Unknown parameter"
                + (keyword.length() > MAX_ECHO ? "" : " " + keyword)));
    }

    private static Optional<Response> badBody(EsmtpParameters parameters) {
        boolean bad = parameters.values().containsKey(BODY)
            && parameters.value(BODY).filter(value -> BODY_VALUES.contains(value.toUpperCase(Locale.US))).isEmpty();
        return bad ? Optional.of(Answer.of("501", "5.5.4", "BODY is 7BIT or 8BITMIME")) : Optional.empty();
    }

    private static Optional<Response> badSize(EsmtpParameters parameters, long max) {
        if (!parameters.values().containsKey(SIZE)) {
            return Optional.empty();
        }
        Optional<String> size = parameters.value(SIZE).filter(value -> value.matches("\\d{1," + MAX_SIZE_DIGITS + "}"));
        if (size.isEmpty()) {
            return Optional.of(Answer.of("501", "5.5.4", "SIZE is a number of octets"));
        }
        boolean fits = new BigInteger(size.get()).compareTo(
            BigInteger.valueOf(max > 0 ? Math.min(max, MAX_COUNTED) : MAX_COUNTED)) <= 0;
        return fits ? Optional.empty() : Optional.of(Answer.of("552", "5.3.4", "The mail is larger than this server takes"));
    }

    @Override
    public HookResult doUnknown(SMTPSession session, String command) {
        boolean isFitToRepeat = command.length() <= MAX_ECHO && command.chars().allMatch(letter -> letter > ' ' && letter < 127);
        return isFitToRepeat ? HookResult.DECLINED : Answer.refusal("500", "5.5.1", "Unknown command");
    }
}
