// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.postlane.james.KeptName;

/**
 * The recipients of a mail that need nothing more, in an attribute of the mail: whoever repeats a mail after an exception gives
 * it back all the recipients that it had. The record is true of the mail of that very name only: a copy that another mailet
 * made (a bounce, say) has the attribute too, but has been handed to nobody. A mail that is processed again from a repository is
 * the same mail, though its name has grown there. Stateless.
 */
public final class SettledRecipients {
    private static final String MAIL = "mail";
    private static final String RECIPIENTS = "recipients";

    private SettledRecipients() {
    }

    /** The recipients of this very mail that are settled, as {@link #key} spells them. A new set. */
    public static Set<String> of(Mail mail, AttributeName name) {
        Optional<Map<?, ?>> record = mail.getAttribute(name).map(attribute -> attribute.getValue().value())
            .filter(Map.class::isInstance).map(value -> (Map<?, ?>) value);
        Set<String> recipients = new HashSet<>();
        record.filter(map -> text(map.get(MAIL)).equals(Optional.of(nameOf(mail))))
            .map(map -> map.get(RECIPIENTS))
            .filter(AttributeValue.class::isInstance)
            .map(value -> ((AttributeValue<?>) value).value())
            .filter(Collection.class::isInstance)
            .ifPresent(values -> ((Collection<?>) values).forEach(value -> text(value).ifPresent(recipients::add)));
        return recipients;
    }

    private static Optional<String> text(Object value) {
        return value instanceof AttributeValue ? ((AttributeValue<?>) value).valueAs(String.class) : Optional.empty();
    }

    /** Adds recipients to the record on the mail. */
    public static void add(Mail mail, AttributeName name, Collection<MailAddress> recipients) {
        Set<String> all = of(mail, name);
        recipients.forEach(recipient -> all.add(key(recipient)));
        List<AttributeValue<?>> values = new ArrayList<>();
        all.forEach(recipient -> values.add(AttributeValue.of(recipient)));
        Map<String, AttributeValue<?>> record = new HashMap<>();
        record.put(MAIL, AttributeValue.of(nameOf(mail)));
        record.put(RECIPIENTS, AttributeValue.of(values));
        mail.setAttribute(new Attribute(name, AttributeValue.of(record)));
    }

    private static String nameOf(Mail mail) {
        return KeptName.original(mail.getName());
    }

    /** One spelling for all that James takes for the same address. */
    public static String key(MailAddress recipient) {
        return recipient.asString().toLowerCase(Locale.US);
    }
}
