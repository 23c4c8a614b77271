// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * The mailbox in MAIL FROM or RCPT TO (RFC 5321 4.1.2, RFC 6531 3.3), without its angle brackets. It cannot hold what would
 * end a command early or begin another one: that is refused here, at construction, and so never reaches a socket.
 *
 * <p>It has one form, whatever the server offers. An internationalized domain behind an ASCII local part is written as
 * A-labels, which every server takes; only what cannot be said in ASCII {@linkplain #needsSmtpUtf8() needs SMTPUTF8}.
 *
 * <p>Limits count octets of UTF-8. The path has one, {@value SmtpLimits#PATH_OCTETS}; the local part has none of its own.
 * RFC 5321 4.5.3.1.1 says that every server takes 64 octets, not that none takes more, and bounce addresses that carry the
 * recipient (VERP, SRS, BATV) are longer every day. Whether such a mailbox exists is for its server to say.
 *
 * <p>Immutable.
 */
public final class Path {
    /** The null reverse path {@code <>} of bounces (RFC 5321 4.5.5). */
    public static final Path NULL = new Path("");

    private final String mailbox;

    private Path(String mailbox) {
        this.mailbox = mailbox;
    }

    /**
     * The path to or from a mailbox.
     *
     * @throws IllegalArgumentException for a control character or anything else that {@link SmtpText#refuseUnsafe} names, an
     *     angle bracket or a space outside a quoted local part, a quote within one that is not escaped, or elsewhere, a missing
     *     local part, what is no {@link Domain}, or more than 254 octets
     */
    public static Path of(String mailbox) {
        int at = mailbox.lastIndexOf('@');
        if (at <= 0 || at == mailbox.length() - 1) {
            throw new IllegalArgumentException("No mailbox: " + ReplyDecoder.printable(mailbox));
        }
        SmtpText.refuseUnsafe("path", mailbox);
        return of(mailbox.substring(0, at), Domain.of(mailbox.substring(at + 1)));
    }

    /**
     * The path to or from a mailbox of a domain.
     *
     * @throws IllegalArgumentException as {@link #of(String)}
     */
    public static Path of(String localPart, Domain domain) {
        SmtpText.refuseUnsafe("local part", localPart);
        checkLocalPart(localPart);
        String mailbox = localPart + "@" + domain;
        if (SmtpText.octets(mailbox) + 2 > SmtpLimits.PATH_OCTETS) {
            throw new IllegalArgumentException("A path has at most " + SmtpLimits.PATH_OCTETS + " octets (RFC 5321 4.5.3.1.3): "
                + ReplyDecoder.printable(mailbox));
        }
        return new Path(mailbox);
    }

    /** RFC 5322 3.2.3, but for the dot: servers disagree about what they mean outside quotes. */
    private static final String SPECIALS = " ()<>[]:;@\\,";

    private static void checkLocalPart(String local) {
        int last = local.length() - 1;
        // One pair of quotes around the whole local part, or none: a server must read the same end of the path as we do.
        boolean quoted = last > 0 && local.charAt(0) == '"' && local.charAt(last) == '"';
        if (local.isEmpty()) {
            throw new IllegalArgumentException("A mailbox without a local part");
        }
        for (int i = quoted ? 1 : 0; i < (quoted ? last : local.length()); i++) {
            char c = local.charAt(i);
            if (c == '"' || (!quoted && SPECIALS.indexOf(c) >= 0)) {
                throw SmtpText.refused("local part", local, i);
            }
            if (quoted && c == '\\') {
                i++;
                // RFC 6531 3.3 widens quoted text, and leaves what a backslash may precede in ASCII.
                if (i == last || local.charAt(i) > '~') {
                    throw SmtpText.refused("local part", local, i - 1);
                }
            }
        }
    }

    /** The mailbox as it is written; empty for the null reverse path. */
    public String mailbox() {
        return mailbox;
    }

    /** Whether only a server that offers SMTPUTF8 can be told this path (RFC 6531 3.2). */
    public boolean needsSmtpUtf8() {
        return !SmtpText.isAscii(mailbox);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Path && mailbox.equals(((Path) o).mailbox);
    }

    @Override
    public int hashCode() {
        return mailbox.hashCode();
    }

    /** As it stands in a command, with angle brackets. */
    @Override
    public String toString() {
        return "<" + mailbox + ">";
    }
}
