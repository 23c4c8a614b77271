// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.postlane.james.Parameters;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.CommandGate;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.SessionControl;
import org.postlane.smtpserver.Silence;

/**
 * A check of the client by DNS: begun when it connects, waited for at MAIL by the gate and not by a thread, and left out for
 * trusted networks and for whoever has logged in by then. Safe for use by several threads.
 */
abstract class ClientCheck implements ConnectHandler<SMTPSession>, MailHook {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final Rejections rejections;
    private final SessionChannel channels = new SessionChannel();
    /** Of one's own for each handler: a listener may have two of a kind. */
    private final AttachmentKey<Check> key = AttachmentKey.of("postlane-check-" + MADE.incrementAndGet(), Check.class);

    /** What is under way for a session. For its thread. */
    private static final class Check implements CommandGate.Preparation {
        private final SMTPSession session;
        private final CompletableFuture<Verdict> verdict;
        private boolean noted;

        private Check(SMTPSession session, CompletableFuture<Verdict> verdict) {
            this.session = session;
            this.verdict = verdict;
        }

        @Override
        public CompletableFuture<?> prepare(String line) {
            return Client.isTrusted(session) ? CompletableFuture.completedFuture(null) : verdict;
        }
    }

    ClientCheck(Rejections rejections) {
        this.rejections = rejections;
    }

    /** Whose clients are not looked at: of private networks DNS knows nothing. */
    Networks trustedBy(Parameters parameters) {
        return rejections.trusted(parameters, Networks.PRIVATE);
    }

    /** Whose clients are not looked at. */
    abstract Networks trusted();

    /**
     * Looks at a client. Never blocks.
     *
     * @return never fails, and is complete within the time for DNS
     */
    abstract CompletableFuture<Verdict> look(InetAddress client);

    @Override
    public Response onConnect(SMTPSession session) {
        SessionControl.of(session, channels).ifPresent(control ->
            control.whenAddressIsKnown(() -> begin(session, control)));
        return Silence.RESPONSE;
    }

    private void begin(SMTPSession session, SessionControl control) {
        InetAddress client = Client.of(session);
        if (!control.isEnded() && !trusted().contains(client) && !Client.isTrusted(session)) {
            Check check = new Check(session, look(client));
            session.setAttachment(key, check, State.Connection);
            CommandGate.of(session, channels).ifPresent(gate -> gate.add(check, "MAIL"));
        }
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        Optional<Check> check = session.getAttachment(key, State.Connection);
        if (check.isEmpty() || Client.isTrusted(session)) {
            return HookResult.DECLINED;
        }
        CompletableFuture<Verdict> verdict = check.get().verdict;
        if (!verdict.isDone() || verdict.isCompletedExceptionally()) {
            // The gate has waited for it; whatever went wrong there lets nobody pass whom nobody has looked at.
            return rejections.refuse(session, Rejection.of(Rejection.Reason.DNS_FAILURE, "451", "4.4.3 Your address ["
                + Client.text(session) + "] could not be looked up, try again later"));
        }
        if (!check.get().noted) {
            check.get().noted = true;
            verdict.join().notes().forEach(note -> rejections.logOnly(session, note));
        }
        return verdict.join().refusal().map(refusal -> rejections.refuse(session, refusal)).orElse(HookResult.DECLINED);
    }
}
