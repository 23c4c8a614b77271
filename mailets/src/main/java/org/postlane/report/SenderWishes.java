// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.DsnParameters.Ret;
import org.apache.mailet.Mail;
import org.postlane.smtp.OriginalRecipient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the sender of a mail said about reports, in MAIL and RCPT (RFC 3461 4). Immutable. */
public final class SenderWishes {
    /** RFC 3461 4.1 leaves it to us where NOTIFY is absent; failures and delays are what mail servers have always told. */
    private static final Set<Notify> WITHOUT_WISH = EnumSet.of(Notify.FAILURE, Notify.DELAY);
    private static final Logger LOGGER = LoggerFactory.getLogger(SenderWishes.class);

    private final DsnParameters parameters;
    private final boolean headerWithoutWish;

    private SenderWishes(DsnParameters parameters, boolean headerWithoutWish) {
        this.parameters = parameters;
        this.headerWithoutWish = headerWithoutWish;
    }

    /** The wishes that travel with a mail. */
    public static SenderWishes of(Mail mail) {
        return new SenderWishes(mail.dsnParameters().orElse(null), false);
    }

    /** The same, but the header is enough for a sender who did not say how much of the mail shall come back (RFC 3461 4.3). */
    public SenderWishes orHeaderOnly() {
        return new SenderWishes(parameters, true);
    }

    /** Gives a mail the wishes of another, as far as they are about all of it or about these recipients. */
    public static void copy(Mail from, Mail to, Collection<MailAddress> recipients) {
        from.dsnParameters().ifPresent(all -> {
            Set<MailAddress> some = new HashSet<>(recipients);
            Map<MailAddress, RecipientDsnParameters> theirs = new LinkedHashMap<>();
            all.getRcptParameters().forEach((recipient, wishes) -> {
                if (some.contains(recipient)) {
                    theirs.put(recipient, wishes);
                }
            });
            to.setDsnParameters(all.withRcptParameters(theirs));
        });
    }

    /** Whether the sender wants to hear that this became of this recipient. */
    public boolean wants(Action action, MailAddress recipient) {
        Set<Notify> notify = forRecipient(recipient).flatMap(RecipientDsnParameters::getNotifyParameter)
            .<Set<Notify>>map(wish -> wish).orElse(WITHOUT_WISH);
        switch (action) {
            case FAILED:
                return notify.contains(Notify.FAILURE);
            case DELAYED:
                return notify.contains(Notify.DELAY);
            default:
                return notify.contains(Notify.SUCCESS);
        }
    }

    /** Whom the sender had written to. */
    public Optional<OriginalRecipient> originalOf(MailAddress recipient) {
        return forRecipient(recipient).flatMap(RecipientDsnParameters::getOrcptParameter).flatMap(orcpt -> {
            // James keeps ORCPT as it stood in the command, encoded; a mailet may have set a plain address instead.
            String address = orcpt.asString();
            try {
                return Optional.of(OriginalRecipient.ofMailbox(decoded(address)));
            } catch (IllegalArgumentException e) {
                LOGGER.warn("A report goes without its original recipient: {}", e.getMessage());
                return Optional.empty();
            }
        });
    }

    private Optional<RecipientDsnParameters> forRecipient(MailAddress recipient) {
        return Optional.ofNullable(parameters).map(all -> all.getRcptParameters().get(recipient));
    }

    /** What the sender calls the mail, decoded as a report wants it (RFC 3461 6.3). */
    public Optional<String> envelopeId() {
        return Optional.ofNullable(parameters).flatMap(DsnParameters::getEnvIdParameter)
            .map(id -> decoded(id.asString()));
    }

    /** Whether the sender wants no more than the header back. */
    public boolean wantsHeaderOnly() {
        return Optional.ofNullable(parameters).flatMap(DsnParameters::getRetParameter).map(Ret.HDRS::equals)
            .orElse(headerWithoutWish);
    }

    private static String decoded(String xtext) {
        return DsnParameters.XText.isValid(xtext) ? DsnParameters.XText.decode(xtext) : xtext;
    }
}
