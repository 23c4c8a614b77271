// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSession;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HeloHook;
import org.apache.james.protocols.smtp.hook.HookResult;

/**
 * HELP (RFC 5321 4.1.1.8): the commands, and one of them with a line about it ({@code 214}); {@code HELP STATUS} is the state of
 * the session itself ({@code 211}); {@code 504} for anything else. EHLO announces it.
 *
 * <p>Goes into {@code smtpserver.xml} in front of James' own handlers. Safe for use by several threads.
 */
public class HelpCommand implements CommandHandler<SMTPSession>, HeloHook {
    private static final String HELP = "HELP";
    private static final String STATUS = "STATUS";
    private static final String EXPN = "EXPN";
    private static final String STARTTLS = "STARTTLS";
    private static final String AUTH = "AUTH";
    private static final Map<String, String> USAGE = usage();

    private static Map<String, String> usage() {
        Map<String, String> usage = new LinkedHashMap<>();
        usage.put("EHLO", "EHLO domain: begins a session and lists the extensions (RFC 5321 4.1.1.1)");
        usage.put("HELO", "HELO domain: begins a session without extensions (RFC 5321 4.1.1.1)");
        usage.put(STARTTLS, "STARTTLS: continues under TLS (RFC 3207)");
        usage.put(AUTH, "AUTH mechanism [initial response]: logs in (RFC 4954)");
        usage.put("MAIL", "MAIL FROM:<address> [parameters]: begins a mail (RFC 5321 4.1.1.2)");
        usage.put("RCPT", "RCPT TO:<address> [parameters]: names a recipient (RFC 5321 4.1.1.3)");
        usage.put("DATA", "DATA: the message follows, and ends with a line that holds a single dot (RFC 5321 4.1.1.4)");
        usage.put("RSET", "RSET: forgets the mail that was begun (RFC 5321 4.1.1.5)");
        usage.put("VRFY", "VRFY address: says whether there is such a user, after a login (RFC 5321 4.1.1.6)");
        usage.put(EXPN, "EXPN address: lists the members of a group, after a login (RFC 5321 4.1.1.7)");
        usage.put(HELP, "HELP [command]: this text; HELP STATUS: the state of this session (RFC 5321 4.1.1.8)");
        usage.put("NOOP", "NOOP: does nothing (RFC 5321 4.1.1.9)");
        usage.put("QUIT", "QUIT: ends the session (RFC 5321 4.1.1.10)");
        return usage;
    }

    @Override
    public void init(Configuration config) {
        NoParameters.check(config, getClass());
    }

    @Override
    public Collection<String> getImplCommands() {
        return Set.of(HELP);
    }

    @Override
    public Set<String> implementedEsmtpFeatures(SMTPSession session) {
        return Set.of(HELP);
    }

    @Override
    public HookResult doHelo(SMTPSession session, String helo) {
        return HookResult.DECLINED;
    }

    @Override
    public Response onCommand(SMTPSession session, Request request) {
        String topic = Optional.ofNullable(request.getArgument()).map(text -> text.trim().toUpperCase(Locale.US)).orElse("");
        if (topic.isEmpty()) {
            return Answer.of("214", "2.0.0", List.of("Commands: " + String.join(" ", offered(session)),
                "HELP command says more about one of them"));
        }
        if (topic.equals(STATUS)) {
            return Answer.of("211", "2.0.0", status(session));
        }
        return USAGE.containsKey(topic) ? Answer.of("214", "2.0.0", USAGE.get(topic))
            : Answer.of("504", "5.5.4", "No help on that");
    }

    private static List<String> offered(SMTPSession session) {
        List<String> verbs = new ArrayList<>(USAGE.keySet());
        if (!session.isStartTLSSupported() || session.isTLSStarted()) {
            verbs.remove(STARTTLS);
        }
        if (!session.isAuthAnnounced()) {
            verbs.remove(AUTH);
        }
        if (!ExpnCommand.isOffered(session)) {
            verbs.remove(EXPN);
        }
        return verbs;
    }

    private static List<String> status(SMTPSession session) {
        Optional<MaybeSender> sender = session.getAttachment(SMTPSession.SENDER, State.Transaction);
        long maxSize = session.getConfiguration().getMaxMessageSize();
        return List.of(
            "Server: " + session.getConfiguration().getHelloName(),
            "Encrypted: " + session.getSSLSession().map(SSLSession::getProtocol).orElse("no"),
            "Logged in: " + (session.getUsername() == null ? "no" : session.getUsername().asString()),
            "Largest mail: " + (maxSize > 0 ? maxSize + " octets" : "not limited"),
            "Mail begun: " + sender.map(from -> "from <" + from.asString("") + ">, recipients: " + session.getRcptCount())
                .orElse("no"));
    }
}
