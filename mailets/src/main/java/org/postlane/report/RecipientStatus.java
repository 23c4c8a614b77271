// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.google.common.net.InetAddresses;
import org.apache.james.core.MailAddress;
import org.postlane.smtp.Domain;
import org.postlane.smtp.OriginalRecipient;
import org.postlane.smtp.Reply;

/** What a report says of one recipient (RFC 3464 2.3). Immutable. */
public final class RecipientStatus {
    private final String address;
    private final Action action;
    private final String status;
    private final String explanation;
    private final Instant lastAttempt;
    private final OriginalRecipient original;
    private final String host;
    private final Reply reply;
    private final Instant retriedUntil;

    private RecipientStatus(Builder builder) {
        this.address = builder.address;
        this.action = builder.action;
        this.status = builder.status;
        this.explanation = builder.explanation;
        this.lastAttempt = builder.lastAttempt;
        this.original = builder.original;
        this.host = builder.host;
        this.reply = builder.reply;
        this.retriedUntil = builder.retriedUntil;
    }

    /**
     * A recipient.
     *
     * @param address the address that was tried
     * @param status the enhanced code (RFC 3463): of class 2 for relayed and delivered, 4 for delayed, 4 or 5 for failed
     * @param explanation the reply, or what happened instead of one
     */
    public static Builder of(String address, Action action, String status, String explanation) {
        return new Builder(address, action, status, explanation);
    }

    /** A recipient of a mail that came to an error processor. */
    public static Builder failed(MailAddress recipient, FailureReasons reasons) {
        FailureReason reason = reasons.of(recipient);
        return of(recipient.asString(), Action.FAILED, reason.status(), reason.words()).answered(reason.reply(), null);
    }

    String address() {
        return address;
    }

    Action action() {
        return action;
    }

    /** Whether this is what became of the recipient. */
    public boolean isAbout(Action what) {
        return action == what;
    }

    /** For people: what was said or happened, and by whom. */
    String inWords() {
        return host == null ? explanation : host + " answered: " + explanation;
    }

    /** The fields, without the blank line before them. */
    void writeTo(StatusFields fields) {
        // RFC 3464 2.3.1 wants it before the final one, where there is one.
        if (original != null) {
            String[] typeAndAddress = original.toString().split(";", 2);
            fields.add("Original-Recipient", typed(typeAndAddress[0], typeAndAddress[1]));
        }
        fields.add("Final-Recipient", typed("rfc822", address))
            .add("Action", action.value())
            .add("Status", status);
        if (host != null) {
            fields.add("Remote-MTA", "dns; " + (InetAddresses.isInetAddress(host)
                ? Domain.literal(InetAddresses.forString(host)).toString() : host));
        }
        fields.addText("Diagnostic-Code", reply == null ? "x-postlane; " + cut(explanation) : "smtp; " + cut(inFull(reply)))
            .add("Last-Attempt-Date", lastAttempt);
        if (retriedUntil != null) {
            fields.add("Will-Retry-Until", retriedUntil);
        }
    }

    /** An address beyond ASCII has another type, in which it is written in ASCII (RFC 6533 3). */
    private static String typed(String type, String address) {
        if (address.chars().allMatch(c -> c < 0x80)) {
            return type + "; " + address;
        }
        StringBuilder escaped = new StringBuilder("utf-8; ");
        address.codePoints().forEach(c -> {
            if (c > '~' || c == '\\') {
                escaped.append(String.format(Locale.ROOT, "\\x{%02X}", c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    /** Every line with its code, as it came. */
    private static String inFull(Reply reply) {
        List<String> lines = reply.lines();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(reply.code()).append(i < lines.size() - 1 ? '-' : ' ').append(lines.get(i)).append(' ');
        }
        return text.toString();
    }

    private static String cut(String text) {
        return text.length() <= ReportLimits.DIAGNOSTIC ? text : text.substring(0, ReportLimits.DIAGNOSTIC) + " ...";
    }

    /** Collects what is not said of every recipient. For one thread. */
    public static final class Builder {
        private final String address;
        private final Action action;
        private final String status;
        private final String explanation;
        private Instant lastAttempt = Instant.EPOCH;
        private OriginalRecipient original;
        private String host;
        private Reply reply;
        private Instant retriedUntil;

        private Builder(String address, Action action, String status, String explanation) {
            this.address = address;
            this.action = action;
            this.status = status;
            this.explanation = explanation;
        }

        /** Whom the sender had written to (RFC 3461 4.2). */
        public Builder original(Optional<OriginalRecipient> value) {
            this.original = value.orElse(null);
            return this;
        }

        /** The server that answered, null where it is not known, and its answer; nothing where none did. */
        public Builder answered(Optional<Reply> value, String byHost) {
            this.reply = value.orElse(null);
            this.host = value.isPresent() ? byHost : null;
            return this;
        }

        /** When it was last tried. */
        public Builder lastAttempt(Instant value) {
            this.lastAttempt = value;
            return this;
        }

        /** When attempts will end; empty where that is not a matter of time. */
        public Builder retriedUntil(Optional<Instant> value) {
            this.retriedUntil = value.orElse(null);
            return this;
        }

        /** What was collected. */
        public RecipientStatus build() {
            return new RecipientStatus(this);
        }
    }
}
