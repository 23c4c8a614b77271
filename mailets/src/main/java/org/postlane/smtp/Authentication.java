// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.netty.util.concurrent.Future;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.Redaction;
import org.postlane.smtp.sasl.SaslException;
import org.postlane.smtp.sasl.SaslExchange;
import org.postlane.smtp.sasl.SaslMechanism;
import org.postlane.smtp.sasl.SaslServer;

/**
 * AUTH (RFC 4954), once per connection, on its event loop. What is secret shows in no message, even where the server
 * repeats it.
 */
final class Authentication {
    private static final int GO_ON = 334;
    private static final int CRLF = 2;

    private final Link link;
    private final Capabilities capabilities;
    private Redaction redaction;
    private SaslMechanism mechanism;
    private SaslExchange exchange;

    Authentication(Link link, Capabilities capabilities) {
        this.link = link;
        this.capabilities = capabilities;
    }

    CompletableFuture<Void> authenticate(Credentials credentials, boolean encrypted) {
        if (!encrypted && !credentials.isAllowedWithoutTls()) {
            return refuse("The credentials of " + credentials.user() + " are not sent over a connection without TLS");
        }
        Optional<SaslMechanism> chosen = SaslMechanism.choose(credentials, capabilities.authMechanisms());
        if (chosen.isEmpty()) {
            return refuse(credentials.mechanism().map(only -> "AUTH " + only + " is configured").orElse(
                "Credentials with " + credentials.describe() + " are configured") + ", and the server offers "
                + (capabilities.authMechanisms().isEmpty() ? "no AUTH"
                    : "AUTH " + capabilities.authMechanisms().stream().sorted().collect(Collectors.joining(" "))));
        }
        redaction = credentials.redaction();
        mechanism = chosen.get();
        exchange = mechanism.begin(credentials, new SaslServer(link.settings().serverName(),
            link.settings().address().getPort(), SmtpLimits.FEWEST_SCRAM_ITERATIONS, SmtpLimits.MOST_SCRAM_ITERATIONS));
        return Futures.recover(begin().thenCompose(this::next),
            failure -> CompletableFuture.failedFuture(withoutSecrets(failure)));
    }

    private CompletableFuture<Reply> begin() {
        String command = "AUTH " + mechanism.saslName();
        Optional<byte[]> initial;
        try {
            initial = exchange.initialResponse();
        } catch (SaslException e) {
            return refuse(e.getMessage());
        }
        if (initial.isEmpty()) {
            return say(command, command);
        }
        String response = encode(initial.get());
        // RFC 4954 4: an empty one is written as "=", or there would be none.
        String inline = command + " " + (response.isEmpty() ? "=" : response);
        if (inline.length() + CRLF <= SmtpLimits.COMMAND_LINE_OCTETS) {
            return say(inline, command + " ***");
        }
        if (response.length() + CRLF > SmtpLimits.AUTH_LINE_OCTETS) {
            return tooLong(response);
        }
        // RFC 4954 4: one that would make the line too long waits for the server's empty challenge.
        return say(command, command).thenCompose(reply -> reply.code() == GO_ON
            ? respond(response)
            : CompletableFuture.completedFuture(reply));
    }

    private CompletableFuture<Void> next(Reply reply) {
        if (reply.code() == GO_ON) {
            return answer(reply.text()).thenCompose(this::next);
        }
        if (reply.isPositive()) {
            return exchange.doubt()
                .map(doubt -> Authentication.<Void>refuse("The server accepted the credentials by " + mechanism + ", but "
                    + doubt + "; it is not trusted" + serverError()))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
        }
        return CompletableFuture.failedFuture(SmtpException.policy(
            "The server did not accept the credentials by " + mechanism + serverError(), withoutSecrets(reply)));
    }

    private String serverError() {
        return exchange.serverError().map(error -> " (it says " + redaction.redact(ReplyDecoder.withoutControls(error)) + ")")
            .orElse("");
    }

    private CompletableFuture<Reply> answer(String challenge) {
        CompletableFuture<Reply> said = compute(challenge).thenCompose(octets -> respond(encode(octets)));
        return Futures.recover(said, failure -> failure instanceof SaslException
            ? cancel(failure.getMessage())
            : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<byte[]> compute(String challenge) {
        CompletableFuture<byte[]> answered = new CompletableFuture<>();
        Runnable work = () -> {
            try {
                answered.complete(exchange.answer(challenge));
            } catch (SaslException | RuntimeException | Error e) {
                answered.completeExceptionally(e);
            }
        };
        if (!mechanism.isCostly()) {
            work.run();
            return answered;
        }
        try {
            link.reader().execute(work);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(SmtpException.unavailable("The client is closed", e));
        }
        Duration limit = link.timeouts().command();
        Future<?> tooLate = link.channel().eventLoop().schedule(() -> answered.completeExceptionally(
            new IOException("The answer to a challenge was not computed within " + limit.toMillis() + " ms")),
            limit.toMillis(), TimeUnit.MILLISECONDS);
        // The dialogue goes on where it belongs.
        return answered.whenCompleteAsync((octets, failure) -> tooLate.cancel(false), link.channel().eventLoop());
    }

    /** RFC 4954 4: a challenge that cannot be answered is answered with a lone star, and the server with 501. */
    private CompletableFuture<Reply> cancel(String why) {
        return say("*", "*").thenCompose(cancelled -> refuse(redaction.redact(why) + "; AUTH " + mechanism + " was cancelled"));
    }

    private CompletableFuture<Reply> respond(String response) {
        if (response.length() + CRLF > SmtpLimits.AUTH_LINE_OCTETS) {
            return cancel("A response of " + response.length() + " octets is too long (RFC 4954 4)");
        }
        return say(response, "***");
    }

    private static <T> CompletableFuture<T> tooLong(String response) {
        return refuse("The credentials make a response of " + response.length() + " octets; RFC 4954 4 has servers take "
            + (SmtpLimits.AUTH_LINE_OCTETS - CRLF));
    }

    private CompletableFuture<Reply> say(String line, String shown) {
        if (!line.equals(shown)) {
            redaction.hiding(line.substring(line.lastIndexOf(' ') + 1));
        }
        return link.dialogue().ask(line, shown, link.timeouts().command());
    }

    private static String encode(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private Reply withoutSecrets(Reply reply) {
        return new Reply(reply.code(), reply.lines().stream().map(redaction::redact).collect(Collectors.toList()));
    }

    /** A failure whose text holds a secret, which a server can bring about by repeating it in what is no reply. */
    private Throwable withoutSecrets(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            if (!redaction.redact(text).equals(text)) {
                return new IOException(redaction.redact(String.valueOf(failure.getMessage())));
            }
        }
        return failure;
    }

    private static <T> CompletableFuture<T> refuse(String why) {
        return CompletableFuture.failedFuture(SmtpException.policy(why, null));
    }
}
