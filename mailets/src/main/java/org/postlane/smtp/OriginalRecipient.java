// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Locale;

/**
 * Whom the sender had written to, given back in delivery reports: the value of ORCPT (RFC 3461 4.2), with the type
 * {@code utf-8} of RFC 6533 for addresses beyond ASCII. It need not be an address of SMTP. Immutable.
 */
public final class OriginalRecipient {
    private static final String RFC_822 = "rfc822";
    private static final String UTF_8 = "utf-8";

    private final String type;
    private final String address;

    private OriginalRecipient(String type, String address) {
        this.type = type;
        this.address = address;
    }

    /** A mailbox of Internet mail, under the type that fits its characters. Throws as {@link #of(String, String)}. */
    public static OriginalRecipient ofMailbox(String mailbox) {
        return of(SmtpText.isAscii(mailbox) ? RFC_822 : UTF_8, mailbox);
    }

    /**
     * An address of some type, not encoded.
     *
     * @throws IllegalArgumentException for a type other than letters, digits and hyphens, an empty address, a control character
     *     or anything else that {@link SmtpText#refuseUnsafe} names, other than ASCII under another type than {@code utf-8}, or
     *     more than 500 octets as it stands in a command
     */
    public static OriginalRecipient of(String type, String address) {
        if (!type.matches("[A-Za-z0-9-]+") || address.isEmpty()) {
            throw new IllegalArgumentException("ORCPT is address-type;address (RFC 3461 4.2): "
                + ReplyDecoder.printable(type + ";" + address));
        }
        SmtpText.refuseUnsafe("original recipient", address);
        if (!SmtpText.isAscii(address) && !type.equalsIgnoreCase(UTF_8)) {
            throw new IllegalArgumentException("An original recipient beyond ASCII has the type utf-8 (RFC 6533 3): "
                + ReplyDecoder.printable(type + ";" + address));
        }
        OriginalRecipient original = new OriginalRecipient(type, address);
        if (original.encoded(false).length() > SmtpLimits.ORCPT_OCTETS) {
            throw new IllegalArgumentException("An ORCPT has at most " + SmtpLimits.ORCPT_OCTETS
                + " octets when encoded (RFC 3461 4.2): " + ReplyDecoder.printable(type + ";" + address));
        }
        return original;
    }

    /**
     * As it stands in a command.
     *
     * @param smtpUtf8 whether the command may hold UTF-8: utf-8-addr-unitext instead of utf-8-addr-xtext (RFC 6533 3)
     */
    String encoded(boolean smtpUtf8) {
        return type + ";" + (type.equalsIgnoreCase(UTF_8) ? unicode(smtpUtf8) : Xtext.encode(address));
    }

    private String unicode(boolean asItIs) {
        StringBuilder encoded = new StringBuilder(address.length() + 16);
        address.codePoints().forEach(c -> {
            boolean special = c == ' ' || c == '+' || c == '=' || c == '\\';
            if (special || (c > '~' && !asItIs)) {
                encoded.append(String.format(Locale.ROOT, "\\x{%02X}", c));
            } else {
                encoded.appendCodePoint(c);
            }
        });
        return encoded.toString();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof OriginalRecipient && toString().equals(o.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** Type and address, not encoded. */
    @Override
    public String toString() {
        return type + ";" + address;
    }
}
