// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

/** AUTH (RFC 4954) with PLAIN (RFC 4616) or LOGIN. Once per connection; what is secret shows in no message. */
final class Authentication {
    private static final int GO_ON = 334;

    private final Dialogue dialogue;
    private final SmtpTimeouts timeouts;
    private final Capabilities capabilities;
    private final boolean encrypted;

    Authentication(Dialogue dialogue, SmtpTimeouts timeouts, Capabilities capabilities, boolean encrypted) {
        this.dialogue = dialogue;
        this.timeouts = timeouts;
        this.capabilities = capabilities;
        this.encrypted = encrypted;
    }

    CompletableFuture<Void> authenticate(Credentials credentials) {
        if (!encrypted && !credentials.isAllowedWithoutTls()) {
            return refuse("The credentials of " + credentials.user() + " are not sent over a connection without TLS", null);
        }
        if (capabilities.authMechanisms().contains("PLAIN")) {
            return plain(credentials);
        }
        if (capabilities.authMechanisms().contains("LOGIN")) {
            return login(credentials);
        }
        return refuse("Credentials are configured, and the server offers neither AUTH PLAIN nor LOGIN, but: "
            + capabilities.authMechanisms(), null);
    }

    private CompletableFuture<Void> plain(Credentials credentials) {
        String response = encode("\0" + credentials.user() + "\0" + credentials.secret());
        String inline = "AUTH PLAIN " + response;
        // RFC 4954 4: an initial response that would make the line too long waits for the server's empty challenge.
        if (inline.length() + 2 <= SmtpLimits.COMMAND_LINE_OCTETS) {
            return say(inline, "AUTH PLAIN ***").thenCompose(this::conclude);
        }
        return challenge(say("AUTH PLAIN", "AUTH PLAIN"), response).thenCompose(this::conclude);
    }

    private CompletableFuture<Void> login(Credentials credentials) {
        CompletableFuture<Reply> user = challenge(say("AUTH LOGIN", "AUTH LOGIN"), encode(credentials.user()));
        return challenge(user, encode(credentials.secret())).thenCompose(this::conclude);
    }

    private CompletableFuture<Reply> challenge(CompletableFuture<Reply> asked, String response) {
        return asked.thenCompose(reply -> reply.code() == GO_ON
            ? say(response, "***")
            : CompletableFuture.completedFuture(reply));
    }

    private CompletableFuture<Void> conclude(Reply reply) {
        if (reply.isPositive()) {
            return CompletableFuture.completedFuture(null);
        }
        if (reply.code() == GO_ON) {
            // A challenge that the mechanism does not have: cancel it (RFC 4954 4) rather than answer in the dark.
            return say("*", "*").thenCompose(cancelled -> refuse("The server asked for more than the mechanism has", cancelled));
        }
        if (reply.code() == Reply.CLOSING) {
            return CompletableFuture.failedFuture(SmtpException.host("The server is closing the connection", reply));
        }
        return refuse("The server did not accept the credentials", reply);
    }

    private CompletableFuture<Reply> say(String line, String shown) {
        return dialogue.ask(line, shown, timeouts.command());
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static CompletableFuture<Void> refuse(String why, Reply reply) {
        return CompletableFuture.failedFuture(SmtpException.policy(why, reply));
    }
}
