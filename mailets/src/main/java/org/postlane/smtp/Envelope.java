// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Who a mail is from and to, and what else its sender said of it in MAIL and RCPT. Immutable.
 *
 * <p>A wish is passed on to a server that offers the extension for it. Where it is not offered, the wish decides: RET, ENVID,
 * NOTIFY and ORCPT (RFC 3461 5.2), MT-PRIORITY (RFC 6710 5) and a BY that asks for notice only (RFC 2852 4.1.4.2) are left out,
 * and the mail goes on without. REQUIRETLS, SMTPUTF8 and a BY that asks for return stop it: {@link #missingFrom} tells.
 */
public final class Envelope {
    /** What a delivery report shall carry (RFC 3461 4.3). */
    public enum Return {
        /** The whole message. */
        FULL,
        /** Its header only. */
        HDRS
    }

    /** When a delivery report is wanted (RFC 3461 4.1). */
    public enum Notify {
        /** Never, which excludes the others. */
        NEVER,
        /** When it was delivered. */
        SUCCESS,
        /** When it failed. */
        FAILURE,
        /** When it is late. */
        DELAY
    }

    static final String DSN = "DSN";
    private static final String SMTPUTF8 = "SMTPUTF8";
    private static final String REQUIRETLS = "REQUIRETLS";
    private static final String DELIVERBY = "DELIVERBY";
    private static final String MT_PRIORITY = "MT-PRIORITY";

    private final Path sender;
    private final List<Recipient> recipients;
    private final Wishes wishes;

    private Envelope(Path sender, List<Recipient> recipients, Wishes wishes) {
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("An envelope without recipients");
        }
        this.sender = sender;
        this.recipients = List.copyOf(recipients);
        this.wishes = wishes;
    }

    /** An envelope without wishes of its own. Throws as {@link Builder#to}. */
    public static Envelope of(Path sender, List<Recipient> recipients) {
        return from(sender).to(recipients);
    }

    /** Begins an envelope. */
    public static Builder from(Path sender) {
        return new Builder(sender);
    }

    /** The reverse path. */
    public Path sender() {
        return sender;
    }

    /** The forward paths, in the order in which results are given. */
    public List<Recipient> recipients() {
        return recipients;
    }

    /** The same mail to some of its recipients. */
    public Envelope to(List<Recipient> some) {
        return new Envelope(sender, some, wishes);
    }

    /** Whether the transaction is one of RFC 6531: for its message, its sender or one of its recipients. */
    public boolean needsSmtpUtf8() {
        return wishes.smtpUtf8 || sender.needsSmtpUtf8() || recipients.stream().anyMatch(one -> one.path().needsSmtpUtf8());
    }

    /**
     * What this mail cannot go without and a session does not have. It is to be asked before MAIL, for a mail that something is
     * missing for must not be sent. Another host may have it.
     *
     * @param verified whether the session runs over TLS with a certificate that was verified (RFC 8689 4.2.1)
     */
    Optional<MissingExtension> missingFrom(Capabilities capabilities, boolean verified) {
        if (wishes.requireTls && !(verified && capabilities.offers(REQUIRETLS))) {
            return Optional.of(new MissingExtension(REQUIRETLS, Fault.POLICY, verified
                ? "5.7.30 The sender requires TLS all the way, and the server does not offer REQUIRETLS"
                : "5.7.30 The sender requires TLS all the way, and the session has none with a verified certificate"));
        }
        if ((wishes.smtpUtf8 || sender.needsSmtpUtf8()) && !capabilities.offers(SMTPUTF8)) {
            return Optional.of(new MissingExtension(SMTPUTF8, Fault.MESSAGE, "5.6.7 " + (sender.needsSmtpUtf8()
                ? "The sender address " + sender : "The message header") + " needs SMTPUTF8, which the server does not offer"));
        }
        return missingDeliverBy(capabilities).or(() -> recipients.stream()
            .flatMap(recipient -> recipient.missingFrom(capabilities).stream()).findFirst());
    }

    private Optional<MissingExtension> missingDeliverBy(Capabilities capabilities) {
        if (wishes.deliverBy == null || wishes.deliverBy.mode() == DeliverBy.Mode.NOTIFY) {
            return Optional.empty();
        }
        if (!capabilities.offers(DELIVERBY)) {
            return Optional.of(new MissingExtension(DELIVERBY, Fault.MESSAGE,
                "5.3.3 The mail is to return unless delivered in time, and the server does not offer DELIVERBY"));
        }
        long minimum = capabilities.deliverByMinimum().orElse(0);
        return minimum <= wishes.deliverBy.seconds() ? Optional.empty() : Optional.of(new MissingExtension(DELIVERBY,
            Fault.MESSAGE, "5.3.3 The mail is to return unless delivered within " + wishes.deliverBy.seconds()
            + " s, and the server takes no less than " + minimum + " s"));
    }

    /** What follows the reverse path in MAIL, with a space before each parameter. */
    String mailParameters(Capabilities capabilities) {
        StringBuilder parameters = new StringBuilder();
        if (capabilities.offers(DSN)) {
            parameters.append(wishes.ret == null ? "" : " RET=" + wishes.ret)
                .append(wishes.envelopeId == null ? "" : " ENVID=" + wishes.envelopeId.encoded());
        }
        if (wishes.deliverBy != null && capabilities.offers(DELIVERBY)) {
            parameters.append(" BY=").append(wishes.deliverBy);
        }
        if (wishes.priority != null && capabilities.offers(MT_PRIORITY)) {
            parameters.append(" MT-PRIORITY=").append(wishes.priority);
        }
        if (wishes.requireTls && capabilities.offers(REQUIRETLS)) {
            parameters.append(" REQUIRETLS");
        }
        // RFC 6531 3.4: where it is needed and nowhere else, for it binds the servers that follow.
        if (needsSmtpUtf8() && capabilities.offers(SMTPUTF8)) {
            parameters.append(" SMTPUTF8");
        }
        return parameters.toString();
    }

    /** What is said of the mail as a whole. A builder changes its own; an envelope has a copy, which nobody changes. */
    private static final class Wishes {
        private Return ret;
        private EnvelopeId envelopeId;
        private boolean requireTls;
        private boolean smtpUtf8;
        private DeliverBy deliverBy;
        private Priority priority;

        private Wishes copy() {
            Wishes copy = new Wishes();
            copy.ret = ret;
            copy.envelopeId = envelopeId;
            copy.requireTls = requireTls;
            copy.smtpUtf8 = smtpUtf8;
            copy.deliverBy = deliverBy;
            copy.priority = priority;
            return copy;
        }
    }

    /** Collects what a sender said of a mail. For one thread. */
    public static final class Builder {
        private final Path sender;
        private final Wishes wishes = new Wishes();

        private Builder(Path sender) {
            this.sender = sender;
        }

        /** What a delivery report shall carry; when not set, the reporting server decides. */
        public Builder ret(Return value) {
            wishes.ret = value;
            return this;
        }

        /** What the sender calls this mail. */
        public Builder envelopeId(EnvelopeId value) {
            wishes.envelopeId = value;
            return this;
        }

        /** That it goes over TLS all the way to the mailbox, or not at all (RFC 8689). */
        public Builder requireTls() {
            wishes.requireTls = true;
            return this;
        }

        /** That its header holds UTF-8 (RFC 6532). What its addresses need is found out without this. */
        public Builder smtpUtf8() {
            wishes.smtpUtf8 = true;
            return this;
        }

        /** By when it is to be delivered. */
        public Builder deliverBy(DeliverBy value) {
            wishes.deliverBy = value;
            return this;
        }

        /** How urgent it is. */
        public Builder priority(Priority value) {
            wishes.priority = value;
            return this;
        }

        /**
         * The envelope.
         *
         * @throws IllegalArgumentException without recipients
         */
        public Envelope to(List<Recipient> recipients) {
            return new Envelope(sender, recipients, wishes.copy());
        }
    }

    /** One forward path. Immutable. */
    public static final class Recipient {
        private final Path path;
        private final Set<Notify> notify;
        private final OriginalRecipient original;

        /**
         * A recipient with its DSN wishes.
         *
         * @throws IllegalArgumentException for {@link Path#NULL}, and for {@link Notify#NEVER} beside others
         */
        public Recipient(Path path, Set<Notify> notify, Optional<OriginalRecipient> original) {
            if (path.equals(Path.NULL)) {
                throw new IllegalArgumentException("Nobody receives mail at the null path (RFC 5321 4.1.2)");
            }
            if (notify.size() > 1 && notify.contains(Notify.NEVER)) {
                throw new IllegalArgumentException("NOTIFY=NEVER stands alone (RFC 3461 4.1), not in " + notify);
            }
            this.path = path;
            this.notify = Set.copyOf(notify);
            this.original = original.orElse(null);
        }

        /** A recipient without DSN wishes. Throws as the constructor. */
        public static Recipient of(Path path) {
            return new Recipient(path, Set.of(), Optional.empty());
        }

        /** The forward path. */
        public Path path() {
            return path;
        }

        /** What this recipient cannot go without and a server does not offer; the others of the mail may go there. */
        public Optional<MissingExtension> missingFrom(Capabilities capabilities) {
            return path.needsSmtpUtf8() && !capabilities.offers(SMTPUTF8)
                ? Optional.of(new MissingExtension(SMTPUTF8, Fault.RECIPIENT,
                    "5.6.7 The address " + path + " needs SMTPUTF8, which the server does not offer"))
                : Optional.empty();
        }

        /** What follows the forward path in RCPT, with a space before each parameter. */
        String parameters(Capabilities capabilities) {
            if (!capabilities.offers(DSN)) {
                return "";
            }
            StringBuilder parameters = new StringBuilder();
            if (!notify.isEmpty()) {
                parameters.append(" NOTIFY=");
                notify.stream().sorted().forEach(wish -> parameters.append(wish).append(','));
                parameters.setLength(parameters.length() - 1);
            }
            if (original != null) {
                // MAIL has surely said SMTPUTF8 only if this recipient itself needs it.
                parameters.append(" ORCPT=").append(original.encoded(path.needsSmtpUtf8() && capabilities.offers(SMTPUTF8)));
            }
            return parameters.toString();
        }

        @Override
        public boolean equals(Object o) {
            if (!(o instanceof Recipient)) {
                return false;
            }
            Recipient other = (Recipient) o;
            return path.equals(other.path) && notify.equals(other.notify) && Objects.equals(original, other.original);
        }

        @Override
        public int hashCode() {
            return Objects.hash(path, notify, original);
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }
}
