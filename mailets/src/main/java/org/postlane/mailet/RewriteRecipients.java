// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.transport.mailets.RecipientRewriteTable;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;

/**
 * James' {@code RecipientRewriteTable}, with its parameters and results, for mail whose sender said what reports it wants
 * (RFC 3461). Stock hands the wishes for an alias or a group on to whoever stands behind it, but fails where one address stands
 * behind two recipients with wishes, when copies for targets elsewhere have gone already; and some mail servers send ORCPT for
 * each recipient. Here each recipient of such a mail is rewritten by itself, and wishes for the same address are put together.
 *
 * <p>Safe for use by several threads.
 */
public class RewriteRecipients extends RecipientRewriteTable {
    /** For James' injector. */
    @Inject
    public RewriteRecipients(org.apache.james.rrt.api.RecipientRewriteTable table, DomainList domains) {
        super(table, domains);
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        Optional<DsnParameters> said = mail.dsnParameters().filter(all -> !all.getRcptParameters().isEmpty());
        if (said.isPresent() && mail.getRecipients().size() > 1) {
            rewriteOneByOne(mail, said.get());
        } else {
            super.service(mail);
        }
    }

    private void rewriteOneByOne(Mail mail, DsnParameters said) throws MessagingException {
        String name = mail.getName();
        String state = mail.getState();
        Collection<MailAddress> recipients = List.copyOf(mail.getRecipients());
        Set<MailAddress> targets = new LinkedHashSet<>();
        Map<MailAddress, RecipientDsnParameters> wishes = new LinkedHashMap<>();
        int number = 0;
        boolean rewritten = false;
        try {
            for (MailAddress recipient : new LinkedHashSet<>(recipients)) {
                number++;
                // What comes of it may be kept in a repository, which has one mail of a name.
                mail.setName(name + "-" + number);
                mail.setRecipients(List.of(recipient));
                RecipientDsnParameters own = said.getRcptParameters().get(recipient);
                mail.setDsnParameters(said.withRcptParameters(own == null ? Map.of() : Map.of(recipient, own)));
                super.service(mail);
                targets.addAll(mail.getRecipients());
                mail.dsnParameters().ifPresent(handedOn -> handedOn.getRcptParameters()
                    .forEach((target, wish) -> wishes.merge(target, wish, RewriteRecipients::both)));
            }
            rewritten = true;
        } finally {
            mail.setName(name);
            mail.setState(rewritten && targets.isEmpty() ? Mail.GHOST : state);
            mail.setRecipients(rewritten ? targets : recipients);
            mail.setDsnParameters(rewritten ? said.withRcptParameters(wishes) : said);
        }
    }

    /** What either wants, under the first name: an address is reported once. */
    private static RecipientDsnParameters both(RecipientDsnParameters first, RecipientDsnParameters second) {
        return RecipientDsnParameters.of(both(first.getNotifyParameter(), second.getNotifyParameter()),
            first.getOrcptParameter().or(second::getOrcptParameter)).orElse(first);
    }

    /** Without NOTIFY failures and delays are told, and nothing prevents that but NEVER alone. */
    private static Optional<EnumSet<Notify>> both(Optional<EnumSet<Notify>> first, Optional<EnumSet<Notify>> second) {
        if (first.isEmpty() && second.isEmpty()) {
            return Optional.empty();
        }
        EnumSet<Notify> all = EnumSet.copyOf(first.orElse(EnumSet.of(Notify.FAILURE, Notify.DELAY)));
        all.addAll(second.orElse(EnumSet.of(Notify.FAILURE, Notify.DELAY)));
        if (all.size() > 1) {
            all.remove(Notify.NEVER);
        }
        return Optional.of(all);
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: the rewrite table, for mail with wishes for reports";
    }
}
