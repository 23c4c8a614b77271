// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Who a mail is from and to, with the DSN wishes of RFC 3461, which are passed on to servers that offer DSN. Immutable. */
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

    private final Path sender;
    private final List<Recipient> recipients;
    private final Return ret;
    private final String envid;

    /**
     * An envelope.
     *
     * @throws IllegalArgumentException without recipients, or for an envelope identifier of more than 100 octets or with a
     *     control character
     */
    public Envelope(Path sender, List<Recipient> recipients, Optional<Return> ret, Optional<String> envid) {
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("An envelope without recipients");
        }
        envid.filter(id -> id.length() > SmtpLimits.ENVID_OCTETS).ifPresent(id -> {
            throw new IllegalArgumentException("An ENVID has at most " + SmtpLimits.ENVID_OCTETS + " octets (RFC 3461 4.4)");
        });
        envid.ifPresent(id -> refuseControls("ENVID", id));
        this.sender = sender;
        this.recipients = List.copyOf(recipients);
        this.ret = ret.orElse(null);
        this.envid = envid.orElse(null);
    }

    /** RFC 3461 4.2 and 4.4: both identify something to a reader. A line end in them would survive its encoding. */
    private static void refuseControls(String what, String value) {
        if (!value.chars().allMatch(c -> c >= ' ' && c != 0x7f)) {
            throw new IllegalArgumentException(what + " holds no control characters (RFC 3461): "
                + ReplyDecoder.printable(value));
        }
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
        return new Envelope(sender, some, Optional.ofNullable(ret), Optional.ofNullable(envid));
    }

    String mailParameters(Capabilities capabilities) {
        if (!capabilities.offers("DSN")) {
            return "";
        }
        return (ret == null ? "" : " RET=" + ret) + (envid == null ? "" : " ENVID=" + Xtext.encode(envid));
    }

    /** One forward path. Immutable. */
    public static final class Recipient {
        private final Path path;
        private final Set<Notify> notify;
        private final String orcpt;

        /**
         * A recipient with its DSN wishes.
         *
         * @param orcpt the original recipient as {@code address-type;address}, not encoded
         * @throws IllegalArgumentException for {@link Notify#NEVER} beside others, and for an original recipient without a
         *     type, longer than 500 octets, or with a control character
         */
        public Recipient(Path path, Set<Notify> notify, Optional<String> orcpt) {
            if (notify.size() > 1 && notify.contains(Notify.NEVER)) {
                throw new IllegalArgumentException("NOTIFY=NEVER stands alone (RFC 3461 4.1), not in " + notify);
            }
            orcpt.ifPresent(Recipient::checkOrcpt);
            this.path = path;
            this.notify = Set.copyOf(notify);
            this.orcpt = orcpt.orElse(null);
        }

        private static void checkOrcpt(String orcpt) {
            if (!orcpt.matches("(?s)[A-Za-z0-9-]+;.+") || orcpt.length() > SmtpLimits.ORCPT_OCTETS) {
                throw new IllegalArgumentException("ORCPT is address-type;address of at most " + SmtpLimits.ORCPT_OCTETS
                    + " octets (RFC 3461 4.2): " + ReplyDecoder.printable(orcpt));
            }
            refuseControls("ORCPT", orcpt);
        }

        /** A recipient without DSN wishes. */
        public static Recipient of(Path path) {
            return new Recipient(path, Set.of(), Optional.empty());
        }

        /** The forward path. */
        public Path path() {
            return path;
        }

        String parameters(Capabilities capabilities) {
            if (!capabilities.offers("DSN")) {
                return "";
            }
            StringBuilder parameters = new StringBuilder();
            if (!notify.isEmpty()) {
                parameters.append(" NOTIFY=");
                notify.stream().sorted().forEach(wish -> parameters.append(wish).append(','));
                parameters.setLength(parameters.length() - 1);
            }
            if (orcpt != null) {
                int semicolon = orcpt.indexOf(';');
                parameters.append(" ORCPT=").append(orcpt, 0, semicolon + 1).append(Xtext.encode(orcpt.substring(semicolon + 1)));
            }
            return parameters.toString();
        }

        @Override
        public boolean equals(Object o) {
            if (!(o instanceof Recipient)) {
                return false;
            }
            Recipient other = (Recipient) o;
            return path.equals(other.path) && notify.equals(other.notify) && Objects.equals(orcpt, other.orcpt);
        }

        @Override
        public int hashCode() {
            return Objects.hash(path, notify, orcpt);
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }
}
