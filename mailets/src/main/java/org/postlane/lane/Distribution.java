// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.postlane.recipient.RecipientType;

/**
 * Hands the parts of one mail to their lanes, all at the same time, each within its lane's timeout.
 *
 * <p>A part that its queue has answered for is handed over and never again: its recipients leave the mail, and an attribute
 * keeps them from coming back with the spooler's own repetition. A part that failed stays with the mail. A part whose queue
 * has not answered in time stays with the mail as well, but what was begun is remembered: when the mail comes back, that same
 * hand-over is waited for before another one is begun. See {@code docs/adr/0002-lanes.md}.
 *
 * <p>Not safe for use by several threads; there is one for each service of a mail.
 */
public final class Distribution {
    /** A part on its way. */
    private static final class Pending {
        private final Lane lane;
        private final List<MailAddress> recipients;
        private final HandOver handOver;
        private final long deadline;

        private Pending(Lane lane, List<MailAddress> recipients, HandOver handOver) {
            this.lane = lane;
            this.recipients = recipients;
            this.handOver = handOver;
            this.deadline = System.nanoTime() + lane.settings().timeout().toNanos();
        }

        private Duration left() {
            return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        }
    }

    private final Mail mail;
    private final Map<RecipientType, Lane> lanes;
    private final MessagingException failure;
    private final List<MailAddress> handedOver = new ArrayList<>();
    private boolean failed;

    /** For one service of one mail. */
    public Distribution(Mail mail, Map<RecipientType, Lane> lanes) {
        this.mail = mail;
        this.lanes = lanes;
        this.failure = new MessagingException("Mail " + mail.getName() + " could not be handed to every lane");
    }

    /**
     * Hands over what can be handed over, and leaves the mail with the remaining recipients: none if all went well.
     *
     * @throws MessagingException where some remain, with the cause for each lane
     */
    public void run(Map<MailAddress, RecipientType> types) throws MessagingException {
        Set<String> before = Bookkeeping.handedOver(mail);
        List<Pending> pending = new ArrayList<>();
        Map<RecipientType, List<MailAddress>> parts = parts(types, before);
        boolean alone = parts.size() == 1;
        parts.forEach((type, recipients) -> begin(lanes.get(type), recipients, alone, pending));
        pending.forEach(this::await);
        if (failed) {
            Bookkeeping.rememberHandedOver(mail, handedOver);
            Set<String> gone = Bookkeeping.handedOver(mail);
            mail.setRecipients(mail.getRecipients().stream()
                .filter(recipient -> !gone.contains(Bookkeeping.key(recipient)))
                .collect(Collectors.toList()));
            throw failure;
        }
    }

    private Map<RecipientType, List<MailAddress>> parts(Map<MailAddress, RecipientType> types, Set<String> before) {
        Map<RecipientType, List<MailAddress>> parts = new EnumMap<>(RecipientType.class);
        // Who is named twice at RCPT gets one copy.
        for (MailAddress recipient : new LinkedHashSet<>(mail.getRecipients())) {
            if (!before.contains(Bookkeeping.key(recipient))) {
                parts.computeIfAbsent(types.get(recipient), type -> new ArrayList<>()).add(recipient);
            }
        }
        return parts;
    }

    private void begin(Lane lane, List<MailAddress> recipients, boolean alone, List<Pending> pending) {
        try {
            // One after the other: parsing and copying one message is not safe for several threads.
            pending.add(new Pending(lane, recipients, lane.begin(mail, recipients, alone)));
        } catch (MessagingException | RuntimeException e) {
            fail(lane, e);
        }
    }

    private void await(Pending part) {
        try {
            part.handOver.await(part.left());
            part.lane.ended();
            handedOver.addAll(part.recipients);
        } catch (ExecutionException e) {
            fail(part.lane, e.getCause());
        } catch (TimeoutException e) {
            giveUp(part, e);
        } catch (InterruptedException e) {
            giveUp(part, e);
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp(Pending part, Exception reason) {
        if (!part.handOver.abandon()) {
            part.lane.leaveInDoubt(mail, part.recipients, part.handOver);
        }
        fail(part.lane, reason);
    }

    private void fail(Lane lane, Throwable cause) {
        failed = true;
        failure.addSuppressed(new MessagingException("Lane " + lane.settings().laneName() + ": " + cause, asException(cause)));
    }

    private static Exception asException(Throwable cause) {
        return cause instanceof Exception ? (Exception) cause : new ExecutionException(cause);
    }
}
