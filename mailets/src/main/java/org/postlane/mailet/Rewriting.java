// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.mail.MessagingException;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.api.RecipientRewriteTableException;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.RecipientRewriteTableProcessor;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.apache.mailet.ProcessingState;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.UserNames;

/**
 * What James' rewrite table makes of the recipients of a mail, before anything is done with the mail. James' own code is asked
 * about each recipient in an envelope without content, so that nothing has left when a later recipient cannot be looked up, and
 * what it would send is noted. It takes a table that does not answer for a wrong mapping; here that is a failure.
 *
 * <p>Not safe for use by several threads.
 */
final class Rewriting {
    /** That of the envelope: a copy for targets elsewhere gets a name of its own, the mail with who is in error keeps it. */
    private static final String NAME = "rewriting";

    private final RecipientRewriteTableProcessor processor;
    private final Map<MailAddress, Optional<RecipientDsnParameters>> targets = new LinkedHashMap<>();
    private final List<Forward> forwards = new ArrayList<>();
    private final Set<MailAddress> inError = new LinkedHashSet<>();

    /** Targets elsewhere that one recipient stands for. */
    static final class Forward {
        private final Collection<MailAddress> recipients;
        private final Optional<DsnParameters> wishes;

        private Forward(Mail sent) {
            this.recipients = List.copyOf(sent.getRecipients());
            this.wishes = sent.dsnParameters();
        }

        Collection<MailAddress> recipients() {
            return recipients;
        }

        /** With those of the recipient that stands for them, and of no other. */
        Optional<DsnParameters> wishes() {
            return wishes;
        }
    }

    /** A table that has not answered, through James' code, which catches the checked exception. */
    private static final class NoAnswerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NoAnswerException(Throwable cause) {
            super(cause);
        }
    }

    private Rewriting(RecipientRewriteTable table, DomainList domains, MailetContext context) {
        this.processor =
            new RecipientRewriteTableProcessor(asked(table), domains, noting(context), new ProcessingState(Mail.ERROR));
    }

    /**
     * Looks all recipients up; the mail stays as it is.
     *
     * @throws LookupFailedException where the table, or the list of domains, could not answer for one of them
     */
    static Rewriting of(Mail mail, RecipientRewriteTable table, DomainList domains, MailetContext context)
            throws LookupFailedException {
        Rewriting rewriting = new Rewriting(table, domains, context);
        Optional<DsnParameters> said = mail.dsnParameters();
        for (MailAddress recipient : new LinkedHashSet<>(mail.getRecipients())) {
            if (!UserNames.canBe(recipient)) {
                rewriting.staysAsItIs(recipient, said);
                continue;
            }
            try {
                rewriting.add(mail, recipient, said);
            } catch (MessagingException | RuntimeException e) {
                // Drivers, pools and a mapping that cannot be read throw what they like, and James' code lets it pass: none of it
                // says that the address leads nowhere.
                Throwable cause = e instanceof NoAnswerException ? e.getCause() : e;
                throw new LookupFailedException("The rewrite table could not answer for " + recipient.asString() + ": " + cause,
                    cause);
            }
        }
        return rewriting;
    }

    /** James has no mapping for such an address, nor a name to look for. */
    private void staysAsItIs(MailAddress recipient, Optional<DsnParameters> said) {
        targets.merge(recipient, said.map(all -> all.getRcptParameters().get(recipient)), Rewriting::both);
    }

    private void add(Mail mail, MailAddress recipient, Optional<DsnParameters> said) throws MessagingException {
        MailImpl envelope = MailImpl.builder().name(NAME).sender(mail.getMaybeSender()).addRecipient(recipient).build();
        said.ifPresent(all -> {
            RecipientDsnParameters wish = all.getRcptParameters().get(recipient);
            envelope.setDsnParameters(all.withRcptParameters(wish == null ? Map.of() : Map.of(recipient, wish)));
        });
        int before = forwards.size() + inError.size();
        processor.processMail(envelope);
        if (envelope.getRecipients().isEmpty() && forwards.size() + inError.size() == before) {
            // A mapping that makes no address, a regular expression with two dots in a row say: James drops it without a word.
            inError.add(recipient);
        }
        Map<MailAddress, RecipientDsnParameters> handedOn =
            envelope.dsnParameters().map(DsnParameters::getRcptParameters).orElse(ImmutableMap.of());
        for (MailAddress target : envelope.getRecipients()) {
            targets.merge(target, Optional.ofNullable(handedOn.get(target)), Rewriting::both);
        }
    }

    /** Targets in domains of this server. */
    Collection<MailAddress> targets() {
        return targets.keySet();
    }

    /** The wishes for them. */
    Map<MailAddress, RecipientDsnParameters> wishes() {
        Map<MailAddress, RecipientDsnParameters> wishes = new LinkedHashMap<>();
        targets.forEach((target, wish) -> wish.ifPresent(some -> wishes.put(target, some)));
        return wishes;
    }

    /** Targets elsewhere. */
    List<Forward> forwards() {
        return forwards;
    }

    /** Recipients whose mappings refuse them or lead nowhere. */
    Set<MailAddress> inError() {
        return inError;
    }

    private static RecipientRewriteTable asked(RecipientRewriteTable table) {
        return proxy(RecipientRewriteTable.class, (proxy, method, arguments) -> {
            try {
                return call(table, method, arguments);
            } catch (RecipientRewriteTableException e) {
                throw new NoAnswerException(e);
            }
        });
    }

    /** The context, but what would be sent is noted. */
    private MailetContext noting(MailetContext context) {
        return proxy(MailetContext.class, (proxy, method, arguments) -> {
            if (!method.getName().equals("sendMail")) {
                return call(context, method, arguments);
            }
            Mail sent = (Mail) arguments[0];
            if (sent.getName().equals(NAME)) {
                inError.addAll(sent.getRecipients());
            } else {
                forwards.add(new Forward(sent));
            }
            return null;
        });
    }

    private static Object call(Object object, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(object, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
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
}
