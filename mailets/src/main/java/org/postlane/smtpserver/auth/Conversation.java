// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.netty.channel.Channel;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.postlane.smtpserver.Silence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One AUTH, from the command to its last reply (RFC 4954 4). James' thread goes on while passwords are checked; what the client
 * sends meanwhile waits. For the thread of its channel.
 */
final class Conversation implements LineHandler<SMTPSession> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Conversation.class);
    private static final String CANCEL = "*";
    /** RFC 4954 4: an initial response that is empty, as it stands in the command. */
    private static final String EMPTY = "=";

    private final SMTPSession session;
    private final Channel channel;
    private final LinePause pause;
    private final Mechanism mechanism;
    private final Exchange exchange;
    private final FailedLogins failed;
    private boolean takesLines;

    Conversation(SMTPSession session, LinePause pause, Mechanism mechanism, Exchange exchange, FailedLogins failed) {
        this.session = session;
        this.channel = pause.channel();
        this.pause = pause;
        this.mechanism = mechanism;
        this.exchange = exchange;
        this.failed = failed;
    }

    /** The answer to the command. */
    Response begin(Optional<String> initialResponse) {
        if (initialResponse.isEmpty()) {
            return challenge(exchange.opening());
        }
        return exchange.takesInitialResponse() ? respond(initialResponse.get(), EMPTY) : end(AuthReplies.MALFORMED);
    }

    private Response challenge(byte[] octets) {
        if (!takesLines) {
            takesLines = true;
            session.pushLineHandler(this);
            pause.onTooLongLine(() -> write(end(AuthReplies.TOO_LONG)));
        }
        return AuthReplies.challenge(octets);
    }

    private Response end(Response last) {
        if (takesLines) {
            takesLines = false;
            session.popLineHandler();
            pause.onTooLongLine(null);
        }
        return last;
    }

    @Override
    public Response onLine(SMTPSession unusedSession, byte[] line) {
        String text = new String(line, StandardCharsets.ISO_8859_1).replaceFirst("\r?\n$", "");
        return text.equals(CANCEL) ? end(AuthReplies.CANCELLED) : respond(text, "");
    }

    private Response respond(String base64, String empty) {
        CompletableFuture<Step> step;
        try {
            step = exchange.next(base64.equals(empty) ? new byte[0] : Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            step = Step.malformed().now();
        }
        if (step.isDone() && !step.isCompletedExceptionally() && isAnsweredAtOnce(step.join())) {
            return reply(step.join());
        }
        pause.begin();
        long begun = System.nanoTime();
        var unusedAnswer = step.whenComplete((next, failure) -> channel.eventLoop().execute(() -> decided(begun, next, failure)));
        return Silence.RESPONSE;
    }

    /** What fails is answered late. */
    private static boolean isAnsweredAtOnce(Step step) {
        return step.kind() == Step.Kind.CHALLENGE || step.kind() == Step.Kind.SUCCESS;
    }

    private void decided(long begun, Step step, Throwable failure) {
        if (failure != null) {
            LOGGER.error("AUTH {}: whether {} may log in could not be found out", mechanism, claimed(), failure);
            answer(() -> end(AuthReplies.NO_ANSWER_YET));
        } else if (isAnsweredAtOnce(step)) {
            answer(() -> reply(step));
        } else {
            long waitNanos = failed.delay().minusNanos(System.nanoTime() - begun).toNanos();
            var unusedTimer = channel.eventLoop().schedule(() -> answer(() -> reply(step)), Math.max(0, waitNanos),
                TimeUnit.NANOSECONDS);
        }
    }

    private void answer(Supplier<Response> response) {
        if (channel.isActive()) {
            write(response.get());
            pause.end();
        }
    }

    private void write(Response response) {
        ((ProtocolSessionImpl) session).getProtocolTransport().writeResponse(response, session);
    }

    private Response reply(Step step) {
        switch (step.kind()) {
            case CHALLENGE:
                return challenge(step.challenge());
            case SUCCESS:
                session.setUsername(step.user());
                session.setRelayingAllowed(true);
                LOGGER.info("AUTH {}: {} has logged in from {}", mechanism, step.user().asString(), address());
                return end(AuthReplies.SUCCEEDED);
            case MALFORMED:
                return end(failed.isOneMoreTooMany() ? AuthReplies.tooManyFailures() : AuthReplies.MALFORMED);
            case FAILURE:
            default:
                LOGGER.info("AUTH {}: {} was refused from {}", mechanism, claimed(), address());
                return end(failed.isOneMoreTooMany() ? AuthReplies.tooManyFailures() : AuthReplies.FAILED);
        }
    }

    private String claimed() {
        return exchange.claimed().map(Names::forLog).orElse("somebody without a name");
    }

    private String address() {
        return session.getRemoteAddress().getAddress().getHostAddress();
    }
}
