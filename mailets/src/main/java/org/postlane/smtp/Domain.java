// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.net.IDN;
import java.net.InetAddress;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.netty.util.NetUtil;

/**
 * A domain as SMTP writes it, in an address or behind EHLO (RFC 5321 4.1.2 and 4.1.3): a host name, or an address in brackets.
 *
 * <p>A name beyond ASCII is kept as A-labels ({@code xn--…}) wherever these say the same, for RFC 6531 3.2 does not count them
 * as internationalized: any server takes them. {@link IDN} follows the IDNA of 2003, while RFC 6531 wants that of 2008. Where
 * the two differ, the older one would name another domain (it makes {@code strasse} of {@code straße}) or knows no answer. A
 * label is therefore converted only if converting it back gives the same label; any other one stays as it is, and can go to
 * servers with SMTPUTF8 only.
 *
 * <p>Immutable. Names are equal regardless of ASCII case.
 */
public final class Domain {
    /** Underscores are no part of a host name, and are part of the names of hosts. */
    private static final Pattern ASCII_LABEL = Pattern.compile("[A-Za-z0-9_-]{1," + SmtpLimits.LABEL_OCTETS + "}");
    private static final Pattern IPV4_LITERAL = Pattern.compile("\\[[0-9.]{7,15}]");
    private static final Pattern IPV6_LITERAL = Pattern.compile("(?i)\\[IPv6:[0-9a-f:.]{2,45}]");
    private static final String IPV6_TAG = "IPv6:";
    /** RFC 5892 A: not letters, but parts of labels, in some places; the last two join or keep apart. */
    private static final String CONTEXTUAL = "\u00b7\u0375\u05f3\u05f4\u30fb\u200c\u200d";

    private final String name;

    private Domain(String name) {
        this.name = name;
    }

    /**
     * A host name of one or more labels, or an address literal: {@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]}.
     *
     * @throws IllegalArgumentException for an empty label, one of more than 63 octets, more than 255 octets in all, a character
     *     that is no letter, digit, hyphen or underscore (beyond ASCII: or that Unicode holds to be another way to write some
     *     other character), or a literal without a valid address in it
     */
    public static Domain of(String domain) {
        String name = domain.startsWith("[") ? checkedLiteral(domain)
            : Arrays.stream(domain.split("\\.", -1)).map(label -> checkedLabel(domain, label)).collect(Collectors.joining("."));
        if (SmtpText.octets(name) > SmtpLimits.DOMAIN_OCTETS) {
            throw new IllegalArgumentException("A domain has at most " + SmtpLimits.DOMAIN_OCTETS
                + " octets (RFC 5321 4.5.3.1.2): " + ReplyDecoder.printable(domain));
        }
        return new Domain(name);
    }

    /** The address literal of an address (RFC 5321 4.1.3), for a host that has no name. */
    public static Domain literal(InetAddress address) {
        String text = NetUtil.toAddressString(address);
        return new Domain("[" + (text.indexOf(':') < 0 ? text : IPV6_TAG + text) + "]");
    }

    private static String checkedLiteral(String domain) {
        boolean ipv4 = IPV4_LITERAL.matcher(domain).matches()
            && NetUtil.isValidIpV4Address(domain.substring(1, domain.length() - 1));
        boolean ipv6 = IPV6_LITERAL.matcher(domain).matches()
            && NetUtil.isValidIpV6Address(domain.substring(1 + IPV6_TAG.length(), domain.length() - 1));
        if (!ipv4 && !ipv6) {
            throw new IllegalArgumentException("No address literal (RFC 5321 4.1.3): " + ReplyDecoder.printable(domain));
        }
        return domain;
    }

    private static String checkedLabel(String domain, String label) {
        if (ASCII_LABEL.matcher(label).matches()) {
            return label;
        }
        if (label.isEmpty() || SmtpText.isAscii(label) || SmtpText.octets(label) > SmtpLimits.DOMAIN_OCTETS) {
            throw new IllegalArgumentException("The label '" + ReplyDecoder.printable(label) + "' is no part of a domain: "
                + ReplyDecoder.printable(domain));
        }
        label.codePoints().filter(c -> !mayStandInLabel(c)).findFirst().ifPresent(c -> {
            throw SmtpText.refused("domain", domain, domain.indexOf(c));
        });
        String lower = label.toLowerCase(Locale.ROOT);
        // Full-width letters and the like: a server that normalizes would read another domain than we looked up.
        if (!Normalizer.isNormalized(lower, Normalizer.Form.NFKC)) {
            throw new IllegalArgumentException("The label '" + ReplyDecoder.printable(label)
                + "' is not normalized (RFC 5891 4.2.1): " + ReplyDecoder.printable(domain));
        }
        return asALabel(lower, label);
    }

    private static boolean mayStandInLabel(int codePoint) {
        if (codePoint < 0x80) {
            return Character.isLetterOrDigit(codePoint) || codePoint == '-' || codePoint == '_';
        }
        int type = Character.getType(codePoint);
        return Character.isLetterOrDigit(codePoint) || type == Character.NON_SPACING_MARK
            || type == Character.COMBINING_SPACING_MARK || CONTEXTUAL.indexOf(codePoint) >= 0;
    }

    private static String asALabel(String lower, String otherwise) {
        try {
            String converted = IDN.toASCII(lower);
            return IDN.toUnicode(converted).equals(lower) ? converted : otherwise;
        } catch (IllegalArgumentException e) {
            // Younger than the tables of 2003, or too long for them.
            return otherwise;
        }
    }

    /** Whether it cannot be written in ASCII, so that only servers with SMTPUTF8 take it (RFC 6531). */
    public boolean needsSmtpUtf8() {
        return !SmtpText.isAscii(name);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Domain && name.equalsIgnoreCase(((Domain) o).name);
    }

    @Override
    public int hashCode() {
        return name.toLowerCase(Locale.ROOT).hashCode();
    }

    /** As it stands in a command. */
    @Override
    public String toString() {
        return name;
    }
}
