// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.postlane.recipient.Classification;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.SenderIdentity;

/**
 * What one session has looked up for the command that comes next: it is asked for before James gets the line, and picked up by
 * the hook. For the thread of the session.
 */
final class SessionLookups implements CommandGate.Preparation {
    private static final AttachmentKey<SessionLookups> KEY = AttachmentKey.of("postlane-lookups", SessionLookups.class);

    /** What the sessions of one listener share. */
    static final class Shared {
        private final RecipientClassifier classifier;
        private final SenderIdentity senderIdentity;
        private final Supplier<String> defaultDomain;

        Shared(RecipientClassifier classifier, SenderIdentity senderIdentity, Supplier<String> defaultDomain) {
            this.classifier = classifier;
            this.senderIdentity = senderIdentity;
            this.defaultDomain = defaultDomain;
        }
    }

    /** A question, and its answer sooner or later. */
    private static final class Asked<Q, A> {
        private final Q question;
        private final CompletableFuture<A> answer;

        private Asked(Q question, CompletableFuture<A> answer) {
            this.question = question;
            this.answer = answer;
        }
    }

    /** A sender, and who wants to be it. */
    private static final class Claim {
        private final MaybeSender sender;
        private final Optional<Username> user;

        private Claim(MaybeSender sender, Optional<Username> user) {
            this.sender = sender;
            this.user = user;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Claim && sender.equals(((Claim) other).sender) && user.equals(((Claim) other).user);
        }

        @Override
        public int hashCode() {
            return Objects.hash(sender, user);
        }
    }

    private final SMTPSession session;
    private final Shared shared;
    private final Predicate<MailAddress> isOfInterest;
    private final boolean gated;
    private Optional<Asked<MailAddress, Classification>> recipient = Optional.empty();
    private Optional<Asked<Claim, SenderIdentity.Verdict>> sender = Optional.empty();

    /**
     * Stays with the session.
     *
     * @param isOfInterest whether a recipient's type matters for the answer
     * @param gated whether lines are held back until what they need is known; otherwise the hook waits for it
     */
    SessionLookups(SMTPSession session, Shared shared, Predicate<MailAddress> isOfInterest, boolean gated) {
        this.session = session;
        this.shared = shared;
        this.isOfInterest = isOfInterest;
        this.gated = gated;
        session.setAttachment(KEY, this, State.Connection);
    }

    static Optional<SessionLookups> of(SMTPSession session) {
        return session.getAttachment(KEY, State.Connection);
    }

    @Override
    public CompletableFuture<?> prepare(String line) {
        EnvelopeLine command = new EnvelopeLine(line, shared.defaultDomain);
        Optional<MaybeSender> newSender = command.sender();
        if (newSender.isPresent()) {
            sender = Optional.empty();
            return identity(newSender.get());
        }
        Optional<MaybeSender> known = session.getAttachment(SMTPSession.SENDER, State.Transaction);
        Optional<MailAddress> next = command.recipient().filter(isOfInterest);
        if (known.isEmpty() || next.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        recipient = Optional.of(new Asked<>(next.get(), shared.classifier.ask(next.get())));
        return CompletableFuture.allOf(recipient.get().answer, identity(known.get()));
    }

    @Override
    public void prepareAhead(String line) {
        new EnvelopeLine(line, shared.defaultDomain).recipient()
            .filter(next -> session.getAttachment(SMTPSession.SENDER, State.Transaction).isPresent())
            .filter(isOfInterest)
            .ifPresent(shared.classifier::askAhead);
    }

    /** Whether the sender belongs to the session's user; a user who logged in behind MAIL is asked about anew. */
    private CompletableFuture<SenderIdentity.Verdict> identity(MaybeSender claimed) {
        Optional<Username> user = Optional.ofNullable(session.getUsername());
        boolean verified = session instanceof ExtendedSMTPSession && ((ExtendedSMTPSession) session).verifyIdentity();
        if (!verified || (user.isEmpty() && session.isRelayingAllowed())) {
            return CompletableFuture.completedFuture(SenderIdentity.Verdict.ACCEPTED);
        }
        Claim claim = new Claim(claimed, user);
        if (sender.filter(asked -> asked.question.equals(claim)).isEmpty()) {
            sender = Optional.of(new Asked<>(claim, shared.senderIdentity.ask(claimed, user)));
        }
        return sender.get().answer;
    }

    /** The type of the recipient that RCPT names now. */
    Classification classify(MailAddress named) throws LookupFailedException {
        return get(recipient.filter(asked -> asked.question.equals(named)).map(asked -> asked.answer)
            .orElseGet(() -> shared.classifier.ask(named)), named.asString());
    }

    /** Whether the session may send as this sender. */
    SenderIdentity.Verdict verify(MaybeSender claimed) throws LookupFailedException {
        return get(identity(claimed), claimed.asString());
    }

    private <T> T get(CompletableFuture<T> answer, String about) throws LookupFailedException {
        if (gated && !answer.isDone()) {
            throw new LookupFailedException("The command for " + about + " was read differently before", null);
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof TimeoutException
                ? new LookupFailedException("The directory takes too long to answer for " + about, null)
                : new LookupFailedException(e.getCause().getMessage(), e.getCause());
        }
    }
}
