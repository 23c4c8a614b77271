// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.RecipientRewriteTable;
import org.apache.james.transport.mailets.RecipientRewriteTableProcessor;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.apache.mailet.ProcessingState;

/**
 * James' {@code RecipientRewriteTable}, with its parameters and results, for mail whose sender said what reports it wants
 * (RFC 3461). Stock hands the wishes for an alias or a group on to whoever stands behind it, but fails where one address stands
 * behind two recipients with wishes, when copies for targets elsewhere have gone already; and some mail servers send ORCPT for
 * each recipient. Here each recipient of such a mail is rewritten by itself, and wishes for the same address are put
 * together; those in error leave in one mail, as with stock.
 *
 * <p>Safe for use by several threads.
 */
public class RewriteRecipients extends RecipientRewriteTable {
    private final org.apache.james.rrt.api.RecipientRewriteTable table;
    private final DomainList domains;
    private ProcessingState errorProcessor;

    /** For James' injector. */
    @Inject
    public RewriteRecipients(org.apache.james.rrt.api.RecipientRewriteTable table, DomainList domains) {
        super(table, domains);
        this.table = table;
        this.domains = domains;
    }

    @Override
    public void init() throws MessagingException {
        super.init();
        errorProcessor = new ProcessingState(getInitParameter(ERROR_PROCESSOR, Mail.ERROR));
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        Optional<DsnParameters> said = mail.dsnParameters().filter(all -> !all.getRcptParameters().isEmpty());
        if (said.isPresent() && mail.getRecipients().size() > 1 && mail.getMessage() != null) {
            rewriteOneByOne(mail, said.get());
        } else {
            super.service(mail);
        }
    }

    private void rewriteOneByOne(Mail mail, DsnParameters said) throws MessagingException {
        String name = mail.getName();
        String state = mail.getState();
        Collection<MailAddress> recipients = List.copyOf(mail.getRecipients());
        Map<MailAddress, Optional<RecipientDsnParameters>> targets = new LinkedHashMap<>();
        Set<MailAddress> inError = new LinkedHashSet<>();
        int number = 0;
        boolean rewritten = false;
        try {
            for (MailAddress recipient : new LinkedHashSet<>(recipients)) {
                number++;
                String own = name + "-" + number;
                mail.setName(own);
                mail.setRecipients(List.of(recipient));
                RecipientDsnParameters wish = said.getRcptParameters().get(recipient);
                mail.setDsnParameters(said.withRcptParameters(wish == null ? Map.of() : Map.of(recipient, wish)));
                new RecipientRewriteTableProcessor(table, domains, gathering(own, inError), errorProcessor).processMail(mail);
                Map<MailAddress, RecipientDsnParameters> handedOn =
                    mail.dsnParameters().map(DsnParameters::getRcptParameters).orElse(ImmutableMap.of());
                for (MailAddress target : mail.getRecipients()) {
                    targets.merge(target, Optional.ofNullable(handedOn.get(target)), RewriteRecipients::both);
                }
            }
            mail.setName(name);
            // Where the spool does not take it, the whole mail is as it was, these recipients with it.
            sendInError(mail, inError);
            rewritten = true;
        } finally {
            mail.setName(name);
            mail.setState(rewritten && targets.isEmpty() ? Mail.GHOST : state);
            mail.setRecipients(rewritten ? targets.keySet() : recipients);
            mail.setDsnParameters(rewritten ? said.withRcptParameters(saidOnly(targets)) : said);
        }
    }

    /** The context, but what would go to the error processor is noted: each of these mails would make a report of its own. */
    private MailetContext gathering(String name, Set<MailAddress> inError) {
        MailetContext context = getMailetContext();
        return (MailetContext) Proxy.newProxyInstance(MailetContext.class.getClassLoader(), new Class<?>[] {MailetContext.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("sendMail") && arguments.length == 1) {
                    Mail sent = (Mail) arguments[0];
                    // A copy for a target elsewhere has a name of its own.
                    if (sent.getName().equals(name) && errorProcessor.getValue().equals(sent.getState())) {
                        inError.addAll(sent.getRecipients());
                        return null;
                    }
                }
                try {
                    return method.invoke(context, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    private void sendInError(Mail mail, Set<MailAddress> inError) throws MessagingException {
        if (inError.isEmpty()) {
            return;
        }
        MailImpl error = MailImpl.builder().name(mail.getName()).sender(mail.getMaybeSender()).addRecipients(inError)
            .mimeMessage(mail.getMessage()).state(errorProcessor.getValue()).build();
        try {
            getMailetContext().sendMail(error);
        } finally {
            LifecycleUtil.dispose(error);
        }
    }

    private static Map<MailAddress, RecipientDsnParameters> saidOnly(Map<MailAddress, Optional<RecipientDsnParameters>> targets) {
        Map<MailAddress, RecipientDsnParameters> wishes = new LinkedHashMap<>();
        targets.forEach((target, wish) -> wish.ifPresent(some -> wishes.put(target, some)));
        return wishes;
    }

    /** What either wants, under the first name: an address is reported once. Who said nothing is told of failures and delays. */
    private static Optional<RecipientDsnParameters> both(Optional<RecipientDsnParameters> first,
            Optional<RecipientDsnParameters> second) {
        return RecipientDsnParameters.of(
            bothNotify(first.flatMap(RecipientDsnParameters::getNotifyParameter),
                second.flatMap(RecipientDsnParameters::getNotifyParameter)),
            first.flatMap(RecipientDsnParameters::getOrcptParameter)
                .or(() -> second.flatMap(RecipientDsnParameters::getOrcptParameter)));
    }

    /** Without NOTIFY failures and delays are told, and nothing prevents that but NEVER alone. */
    private static Optional<EnumSet<Notify>> bothNotify(Optional<EnumSet<Notify>> first,
            Optional<EnumSet<Notify>> second) {
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
