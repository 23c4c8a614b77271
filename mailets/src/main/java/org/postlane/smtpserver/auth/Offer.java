// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;

import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;

/** What a session may use, in the state that it is in. */
final class Offer {
    /** James' own, where {@code <oidc>} is configured; they stay with James' handler. */
    private static final List<String> TOKENS = List.of("OAUTHBEARER", "XOAUTH2");
    /** An address for documentation (RFC 5737): in no network that may relay without a login. */
    private static final String A_STRANGER = "192.0.2.1";

    private final AuthSettings settings;

    Offer(AuthSettings settings) {
        this.settings = settings;
    }

    /** Whether somebody may log in on this listener at all. */
    static boolean isOfferedAtAll(SMTPSession session) {
        return session.getConfiguration().isAuthAnnounced(A_STRANGER, true);
    }

    /** {@code requireSSL}: James announces nothing without TLS, and takes it nevertheless. */
    static boolean needsTls(SMTPSession session) {
        SMTPConfiguration configuration = session.getConfiguration();
        return !session.isTLSStarted() && isOfferedAtAll(session) && !configuration.isAuthAnnounced(A_STRANGER, false);
    }

    boolean has(SMTPSession session, Mechanism mechanism) {
        return settings.has(mechanism) && isPossible(session, mechanism);
    }

    private static boolean isPossible(SMTPSession session, Mechanism mechanism) {
        switch (mechanism) {
            case SCRAM_SHA_256_PLUS:
                return new ChannelBindings(tls(session)).hasAny();
            case EXTERNAL:
                return !ClientCertificates.of(tls(session)).isEmpty();
            case PLAIN:
            case LOGIN:
                return session.getConfiguration().isPlainAuthEnabled();
            default:
                return true;
        }
    }

    /** The TLS session; empty without TLS. */
    static Optional<SSLSession> tls(SMTPSession session) {
        return session.isTLSStarted() ? session.getSSLSession() : Optional.empty();
    }

    /** Whether James' own handler takes this. */
    static boolean isJames(SMTPSession session, String mechanism) {
        return TOKENS.contains(mechanism) && session.getConfiguration().saslConfiguration().isPresent();
    }

    /** The names that EHLO says; none where nobody may log in, or not yet. */
    List<String> announced(SMTPSession session) {
        List<String> names = new ArrayList<>();
        if (session.isAuthAnnounced()) {
            names.addAll(Arrays.stream(Mechanism.values()).filter(mechanism -> has(session, mechanism))
                .map(Mechanism::saslName).collect(Collectors.toList()));
            names.addAll(TOKENS.stream().filter(name -> isJames(session, name)).collect(Collectors.toList()));
        }
        return names;
    }
}
