// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Objects;

/**
 * The mailbox in MAIL FROM or RCPT TO (RFC 5321 4.1.2), without its angle brackets. It cannot hold what would end a command
 * early or begin another one: that is refused here, at construction, and so never reaches a socket. Immutable.
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
     * @throws IllegalArgumentException for a control character, an angle bracket or a space outside a quoted local part, a
     *     quote within one that is not escaped, or elsewhere, a missing local part or domain, a character that is not ASCII,
     *     or more than 254 octets
     */
    public static Path of(String mailbox) {
        int at = mailbox.lastIndexOf('@');
        if (at <= 0 || at == mailbox.length() - 1) {
            throw new IllegalArgumentException("No mailbox: " + ReplyDecoder.printable(mailbox));
        }
        if (mailbox.length() + 2 > SmtpLimits.PATH_OCTETS) {
            throw new IllegalArgumentException("A path has at most " + SmtpLimits.PATH_OCTETS + " octets (RFC 5321 4.5.3.1.3): "
                + ReplyDecoder.printable(mailbox));
        }
        checkCharacters(mailbox, at);
        return new Path(mailbox);
    }

    private static void checkCharacters(String mailbox, int at) {
        boolean inQuotes = false;
        for (int i = 0; i < mailbox.length(); i++) {
            char c = mailbox.charAt(i);
            if (c < ' ' || c > '~') {
                throw refused(mailbox, i);
            }
            if (c == '"') {
                // One pair of quotes around the whole local part, or none: a server must read the same end of the path as we do.
                boolean opens = i == 0;
                boolean closes = inQuotes && i == at - 1;
                if (!opens && !closes) {
                    throw refused(mailbox, i);
                }
                inQuotes = opens;
            } else if (c == '\\' && inQuotes) {
                i++;
                if (i >= at || mailbox.charAt(i) < ' ' || mailbox.charAt(i) > '~') {
                    throw refused(mailbox, i - 1);
                }
            } else if ((c == ' ' || c == '<' || c == '>') && !inQuotes) {
                throw refused(mailbox, i);
            }
        }
        if (inQuotes) {
            throw refused(mailbox, 0);
        }
    }

    private static IllegalArgumentException refused(String mailbox, int index) {
        return new IllegalArgumentException(String.format("Character U+%04X at %d cannot stand in the path %s",
            (int) mailbox.charAt(index), index, ReplyDecoder.printable(mailbox)));
    }

    /** The mailbox; empty for the null reverse path. */
    public String mailbox() {
        return mailbox;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Path && mailbox.equals(((Path) o).mailbox);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(mailbox);
    }

    /** As it stands in a command, with angle brackets. */
    @Override
    public String toString() {
        return "<" + mailbox + ">";
    }
}
