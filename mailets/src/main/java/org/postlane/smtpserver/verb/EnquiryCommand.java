// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.mail.internet.AddressException;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.postlane.recipient.Classification;
import org.postlane.recipient.Refusal;
import org.postlane.smtpserver.CommandGate;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command that asks the directory about its argument: asked before James gets the line (see {@link CommandGate}), answered from
 * what was found then. Nothing is asked for whoever has not logged in.
 *
 * @param <A> what is found
 */
abstract class EnquiryCommand<A> implements CommandHandler<SMTPSession>, ConnectHandler<SMTPSession> {
    /** RFC 5321 4.5.3.1: the longest local part, {@code @} and domain, and two angle brackets. */
    private static final int MAX_ARGUMENT = 64 + 1 + 255 + 2;
    private static final Logger LOGGER = LoggerFactory.getLogger(EnquiryCommand.class);

    /** What was asked, and its answer sooner or later. */
    private static final class Asked {
        private final String argument;
        private final CompletableFuture<?> answer;

        private Asked(String argument, CompletableFuture<?> answer) {
            this.argument = argument;
            this.answer = answer;
        }
    }

    private final SessionChannel channels = new SessionChannel();
    private final String verb;
    private final AttachmentKey<Asked> key;

    EnquiryCommand(String verb) {
        this.verb = verb;
        this.key = AttachmentKey.of("postlane-" + verb, Asked.class);
    }

    /** Begins to ask; the argument is one that {@link #clean} has passed. */
    abstract CompletableFuture<A> ask(String argument);

    /** The reply to somebody who has logged in. */
    abstract Response reply(String argument, A found);

    /** The reply to somebody who has not, which says nothing about the argument. */
    abstract Response replyToStranger(SMTPSession session);

    @Override
    public void init(Configuration config) {
        NoParameters.check(config, getClass());
    }

    @Override
    public Collection<String> getImplCommands() {
        return Set.of(verb);
    }

    @Override
    public Response onConnect(SMTPSession session) {
        CommandGate.of(session, channels).ifPresent(gate -> gate.add(line -> prepare(session, line), verb));
        return Silence.RESPONSE;
    }

    private CompletableFuture<?> prepare(SMTPSession session, String line) {
        Optional<String> argument = clean(CommandArgument.of(line)).filter(text -> session.getUsername() != null);
        if (argument.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Asked asked = new Asked(argument.get(), ask(argument.get()));
        session.setAttachment(key, asked, State.Connection);
        return asked.answer;
    }

    /** Without angle brackets and blanks around; empty where it cannot be an address or a part of one. */
    private static Optional<String> clean(Optional<String> argument) {
        return argument.map(String::trim)
            .filter(text -> text.length() <= MAX_ARGUMENT)
            .map(text -> text.startsWith("<") && text.endsWith(">") ? text.substring(1, text.length() - 1).trim() : text)
            .filter(text -> !text.isEmpty() && text.chars().allMatch(letter -> letter > ' ' && letter < 127));
    }

    @Override
    public Response onCommand(SMTPSession session, Request request) {
        Optional<String> argument = clean(Optional.ofNullable(request.getArgument()));
        if (argument.isEmpty()) {
            return Answer.of("501", "5.5.4", "Usage: " + verb + " address");
        }
        if (session.getUsername() == null) {
            return replyToStranger(session);
        }
        Optional<Asked> asked = session.removeAttachment(key, State.Connection)
            .filter(earlier -> earlier.argument.equals(argument.get()) && earlier.answer.isDone());
        return asked.isPresent() ? answer(argument.get(), asked.get()) : failed();
    }

    @SuppressWarnings("unchecked")
    private Response answer(String argument, Asked asked) {
        try {
            return reply(argument, (A) asked.answer.join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof AddressException) {
                return Answer.of("501", "5.1.3", "No address reads like this");
            }
            LOGGER.error("{} {} is not answered, because the directory could not answer", verb, argument, e.getCause());
            return failed();
        }
    }

    private static Response failed() {
        return Answer.of("451", "4.3.0", "Temporary lookup failure");
    }

    /** The answer that the rewrite table prescribes for an address, or that there is no such one. */
    static Response unknown(Classification classification, String otherwise) {
        Optional<Refusal> refusal = classification.refusal();
        return refusal.isPresent()
            ? Answer.of(refusal.get().replyCode(), refusal.get().enhancedCode(), refusal.get().text())
            : Answer.of("550", "5.1.1", otherwise);
    }
}
