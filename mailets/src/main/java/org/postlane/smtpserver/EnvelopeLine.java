// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import javax.mail.internet.AddressException;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;

/**
 * A MAIL or RCPT command as James will read it. Where this reads something else than James, the look-up that was made for it is
 * not used, and the command is deferred; what is no such command, or has no valid address, is not for this class to refuse.
 * Immutable.
 */
public final class EnvelopeLine {
    private final String command;
    private final String path;
    private final Supplier<String> defaultDomain;

    /** @param defaultDomain of addresses without a domain */
    EnvelopeLine(String line, Supplier<String> defaultDomain) {
        String text = line.trim();
        int space = text.indexOf(' ');
        int colon = text.indexOf(':');
        this.command = colon < 0 || space < 0 || space > colon
            ? "" : text.substring(0, colon).toUpperCase(Locale.US).replaceFirst(" +", " ").trim();
        this.path = colon < 0 ? "" : text.substring(colon + 1).trim();
        this.defaultDomain = defaultDomain;
    }

    /** A command as a James with these domains reads it. */
    public static EnvelopeLine of(String line, DomainList domains) {
        return new EnvelopeLine(line, () -> {
            try {
                return domains.getDefaultDomain().name();
            } catch (DomainListException e) {
                return "localhost";
            }
        });
    }

    /** The sender, if this is MAIL. */
    public Optional<MaybeSender> sender() {
        if (!command.equals("MAIL FROM")) {
            return Optional.empty();
        }
        // Parameters may hold angle brackets of their own.
        String sender = withoutBrackets(path.indexOf('>', path.indexOf('<')));
        return sender.isEmpty() || sender.equals("@")
            ? Optional.of(MaybeSender.nullSender()) : address(sender).map(MaybeSender::of);
    }

    /** The recipient, if this is RCPT. */
    Optional<MailAddress> recipient() {
        return command.equals("RCPT TO") ? address(withoutBrackets(path.lastIndexOf('>'))) : Optional.empty();
    }

    private String withoutBrackets(int end) {
        boolean bracketed = path.startsWith("<") && end > 0;
        return bracketed ? path.substring(1, end) : path;
    }

    private Optional<MailAddress> address(String text) {
        try {
            return Optional.of(new MailAddress(text.contains("@") ? text : text + "@" + defaultDomain.get()));
        } catch (AddressException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
