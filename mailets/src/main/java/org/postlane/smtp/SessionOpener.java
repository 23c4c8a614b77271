// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;

/**
 * What comes before the first transaction: greeting, EHLO or HELO, STARTTLS and EHLO again, AUTH. For one connection, on its
 * event loop.
 */
final class SessionOpener {
    private final Link link;
    private final Dialogue dialogue;
    private final SessionSettings settings;
    private final TlsContexts tls;

    SessionOpener(Link link, TlsContexts tls) {
        this.link = link;
        this.dialogue = link.dialogue();
        this.settings = link.settings();
        this.tls = tls;
    }

    /** The open session. Fails with an {@link SmtpException}; the channel is then closed. */
    CompletableFuture<SmtpConnection> open(CompletableFuture<Reply> greeting) {
        CompletableFuture<SmtpConnection> opened = greeting.thenCompose(this::afterGreeting)
            .thenCompose(this::secure)
            .thenCompose(this::authenticate)
            .thenCompose(this::connection);
        return Futures.recover(opened, failure -> {
            SmtpException why = asSmtpException(failure);
            dialogue.abort(why);
            return CompletableFuture.failedFuture(why);
        });
    }

    private CompletableFuture<SmtpConnection> connection(Session session) {
        // A 421 to STARTTLS, or more replies than commands, would only be noticed by the first mail.
        return dialogue.isInSync()
            ? CompletableFuture.completedFuture(
                new SmtpConnection(link, session.capabilities, session.encrypted, settings.credentials().isPresent()))
            : CompletableFuture.failedFuture(SmtpException.host(
                "The server ended the session, or said something unasked, before the first mail", (Throwable) null));
    }

    private static SmtpException asSmtpException(Throwable failure) {
        if (failure instanceof SSLException) {
            // Under TLS 1.3 the server judges our certificate when our side of the handshake is done (RFC 8446 4.4.2.4).
            return new TlsHandshakeException("TLS failed: " + failure.getMessage(), failure);
        }
        return failure instanceof SmtpException ? (SmtpException) failure : SmtpException.host(failure.getMessage(), failure);
    }

    private CompletableFuture<Session> afterGreeting(Reply greeting) {
        if (!greeting.isPositive()) {
            // 554 too: this server does not serve us (RFC 5321 3.1), the next one of the domain may.
            return CompletableFuture.failedFuture(SmtpException.host("The server does not greet", greeting));
        }
        return hello().thenApply(capabilities -> new Session(capabilities, settings.tls().isImplicit()));
    }

    private CompletableFuture<Capabilities> hello() {
        String hello = settings.protocol().hello();
        return link.say(hello + " " + settings.ehloName()).thenCompose(ehlo -> {
            if (ehlo.isPositive()) {
                return CompletableFuture.completedFuture(Capabilities.of(ehlo).without(settings.ignoredExtensions()));
            }
            if (!ehlo.isPermanent() || link.isLmtp()) {
                return CompletableFuture.failedFuture(SmtpException.host(hello + " was refused", ehlo));
            }
            return link.say("HELO " + settings.ehloName()).thenCompose(helo -> helo.isPositive()
                ? CompletableFuture.completedFuture(Capabilities.NONE)
                : CompletableFuture.failedFuture(SmtpException.host("EHLO and HELO were refused", helo)));
        });
    }

    private CompletableFuture<Session> secure(Session session) {
        TlsMode mode = settings.tls();
        if (session.encrypted || mode == TlsMode.NONE) {
            return CompletableFuture.completedFuture(session);
        }
        if (!session.capabilities.offers("STARTTLS")) {
            return mode.needsStartTls()
                ? CompletableFuture.failedFuture(SmtpException.policy("TLS is required and STARTTLS is not offered", null))
                : CompletableFuture.completedFuture(session);
        }
        return link.say("STARTTLS").thenCompose(reply -> {
            if (reply.code() == Reply.CLOSING) {
                return CompletableFuture.failedFuture(SmtpException.host("The server is closing the connection", reply));
            }
            if (!reply.isPositive()) {
                return mode == TlsMode.OPPORTUNISTIC
                    ? CompletableFuture.completedFuture(session)
                    : CompletableFuture.failedFuture(SmtpException.policy("STARTTLS was refused", reply));
            }
            if (dialogue.hasUnreadOctets()) {
                return CompletableFuture.failedFuture(SmtpException.policy(
                    "The server sent more than its answer to STARTTLS, which TLS would not have protected (RFC 3207 6)", null));
            }
            return tls.handshake(link.channel(), settings)
                .thenCompose(nothing -> hello())
                .thenApply(capabilities -> new Session(capabilities, true));
        });
    }

    private CompletableFuture<Session> authenticate(Session session) {
        return settings.credentials()
            .map(credentials -> new Authentication(link, session.capabilities)
                .authenticate(credentials, session.encrypted)
                .thenApply(nothing -> session))
            .orElseGet(() -> CompletableFuture.completedFuture(session));
    }

    private static final class Session {
        private final Capabilities capabilities;
        private final boolean encrypted;

        private Session(Capabilities capabilities, boolean encrypted) {
            this.capabilities = capabilities;
            this.encrypted = encrypted;
        }
    }
}
