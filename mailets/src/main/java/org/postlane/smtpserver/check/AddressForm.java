// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.util.Optional;
import java.util.regex.Pattern;

import com.google.common.net.InetAddresses;
import org.apache.james.core.MailAddress;
import org.postlane.smtpserver.Rejection;

/**
 * The form of an address that James has read (RFC 5321 4.1.2, 4.5.3.1). James keeps no brackets around an address in the place of
 * a domain. Immutable.
 */
final class AddressForm {
    /** RFC 5321 4.1.2: Dot-string. */
    private static final Pattern DOT_STRING = Pattern.compile("[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*",
        Pattern.CASE_INSENSITIVE);
    /** RFC 5321 4.1.2: Quoted-string. */
    private static final Pattern QUOTED = Pattern.compile("\"([ !#-\\[\\]-~]|\\\\[ -~])*\"");
    private static final Pattern PRINTABLE = Pattern.compile("[!-~]+");
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    /** RFC 5321 2.3.5: letters, digits and hyphens; RFC 3696 2: the last label is not all digits. */
    private static final Pattern DOMAIN = Pattern.compile(LABEL + "(\\." + LABEL + ")*\\.(?!\\d+$)" + LABEL);
    /** RFC 5321 4.5.1: whoever runs this server is to be reached in any case. */
    private static final String POSTMASTER = "postmaster";

    private final AddressLevel level;
    private final boolean literals;
    private final boolean quoted;

    /**
     * A form.
     *
     * @param literals whether an IP address may stand in the place of a domain, where the level is strict
     * @param quoted whether a local part may be quoted, where the level is strict
     */
    AddressForm(AddressLevel level, boolean literals, boolean quoted) {
        this.level = level;
        this.literals = literals;
        this.quoted = quoted;
    }

    /**
     * What is wrong with an address; empty where nothing is.
     *
     * @param enhancedCode 5.1.7 for a sender, 5.1.3 for a recipient (RFC 3463 3.2)
     */
    Optional<Rejection> check(MailAddress address, Rejection.Reason reason, String enhancedCode) {
        String local = address.getLocalPart();
        String domain = address.getDomain().asString();
        if (!level.includes(AddressLevel.SYNTAX)) {
            return Optional.empty();
        }
        Optional<String> tooLong = tooLong(local, domain);
        if (tooLong.isPresent()) {
            return tooLong.map(problem -> Rejection.of(reason, "501", enhancedCode + " " + problem));
        }
        Optional<String> problem = badSyntax(local, domain);
        if (problem.isEmpty() && level.includes(AddressLevel.STRICT) && !local.equalsIgnoreCase(POSTMASTER)) {
            problem = notStrict(local, domain);
        }
        return problem.map(text -> Rejection.of(reason, "553", enhancedCode + " " + text + ": " + address.asString()));
    }

    /** RFC 5321 4.5.3.1.10 gives 501 for it. */
    private static Optional<String> tooLong(String local, String domain) {
        if (local.length() > CheckLimits.LOCAL_PART) {
            return Optional.of("Local part too long: at most " + CheckLimits.LOCAL_PART + " octets");
        }
        if (domain.length() > CheckLimits.DOMAIN) {
            return Optional.of("Domain too long: at most " + CheckLimits.DOMAIN + " octets");
        }
        return local.length() + domain.length() + "<@>".length() > CheckLimits.PATH
            ? Optional.of("Path too long: at most " + CheckLimits.PATH + " octets") : Optional.empty();
    }

    private static Optional<String> badSyntax(String local, String domain) {
        if (!DOT_STRING.matcher(local).matches() && !QUOTED.matcher(local).matches()) {
            return Optional.of("Local part is not as RFC 5321 4.1.2 has it");
        }
        return PRINTABLE.matcher(domain).matches() ? Optional.empty() : Optional.of("Domain is not as RFC 5321 4.1.2 has it");
    }

    private Optional<String> notStrict(String local, String domain) {
        if (local.startsWith("\"") && !quoted) {
            return Optional.of("Quoted local parts are not taken here");
        }
        if (isLiteral(domain)) {
            return literals ? Optional.empty() : Optional.of("Addresses in the place of domains are not taken here");
        }
        return DOMAIN.matcher(domain).matches()
            ? Optional.empty() : Optional.of("Domain is not one of the internet, with at least two labels of letters, digits and "
                + "hyphens");
    }

    static boolean isLiteral(String domain) {
        return InetAddresses.isInetAddress(domain);
    }
}
